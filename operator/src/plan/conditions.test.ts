import { describe, expect, it } from 'vitest';
import { type Condition, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { ApiError } from '../runtime/index.ts';
import { type Findings, toConditions } from './conditions.ts';
import { approvalHash } from './hash.ts';
import { nothingDone } from './outcome.ts';
import type { Verdict } from './plan.ts';
import { oneOfEach } from './testing/changes.ts';

const now = new Date('2026-01-02T03:04:05.678Z');
const inSync: Verdict = { type: 'TopicsReady', status: 'True', reason: 'InSync', message: 'Topics as declared: 1.' };
const waiting: Verdict = {
  type: 'WorkloadAvailable',
  status: 'False',
  reason: 'PodsNotReady',
  message: 'Pods are coming.',
  effect: 'waiting',
};
const stalled: Verdict = {
  type: 'SchemasCompatible',
  status: 'False',
  reason: 'SchemaIncompatible',
  message: 'The schema breaks a reader.',
  effect: 'stalled',
};

function conditionsOf(findings: Partial<Findings>, former: readonly Condition[] = []) {
  const all = { verdicts: [inSync], outcome: nothingDone, isPlanOnly: false, generation: 3, ...findings };
  return toConditions(former, all, now);
}

/** `Ready=True/Ready` and so on, in the order of the conditions. */
function shortly(conditions: readonly Condition[]): readonly string[] {
  return conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`);
}

describe('the conditions of every kind', () => {
  it('say Ready where every verdict is good', () => {
    expect(shortly(conditionsOf({}))).toEqual([
      'Ready=True/Ready',
      'Reconciling=False/Succeeded',
      'Stalled=False/Succeeded',
      'TopicsReady=True/InSync',
    ]);
  });

  it('carry the generation and the time of the flip', () => {
    for (const condition of conditionsOf({})) {
      expect(condition).toMatchObject({ observedGeneration: 3, lastTransitionTime: '2026-01-02T03:04:05Z' });
    }
  });

  it('say Reconciling where something heals by itself', () => {
    const conditions = conditionsOf({ verdicts: [inSync, waiting] });
    expect(shortly(conditions).slice(0, 3)).toEqual([
      'Ready=False/PodsNotReady',
      'Reconciling=True/PodsNotReady',
      'Stalled=False/Progressing',
    ]);
    expect(conditions[0]?.message).toBe('Pods are coming.');
  });

  it('say Stalled where a person must act, whatever else is under way', () => {
    expect(shortly(conditionsOf({ verdicts: [waiting, stalled] })).slice(0, 3)).toEqual([
      'Ready=False/SchemaIncompatible',
      'Reconciling=False/SchemaIncompatible',
      'Stalled=True/SchemaIncompatible',
    ]);
  });

  it('let a bad verdict without effect stand beside Ready', () => {
    const drifted: Verdict = { type: 'Drifted', status: 'True', reason: 'Drifted', message: 'retention.ms differs' };
    expect(shortly(conditionsOf({ verdicts: [inSync, drifted] }))).toContain('Ready=True/Ready');
  });

  it('take out what nobody speaks of any more', () => {
    const drifted: Verdict = { type: 'Drifted', status: 'True', reason: 'Drifted', message: 'retention.ms differs' };
    const former = conditionsOf({ verdicts: [inSync, drifted] });
    expect(conditionsOf({}, former).map(({ type }) => type)).not.toContain('Drifted');
  });

  it('are the very same array when nothing differs', () => {
    const former = conditionsOf({});
    expect(conditionsOf({}, former)).toBe(former);
  });

  it('take a verdict on Ready for the summary alone', () => {
    const conditions = conditionsOf({ verdicts: [{ ...stalled, type: 'Ready' }] });
    expect(conditions.filter(({ type }) => type === 'Ready')).toMatchObject([{ reason: 'SchemaIncompatible' }]);
  });

  it('say Progressing while changes were carried out and the world was not looked at since', () => {
    const conditions = conditionsOf({ outcome: { done: [oneOfEach.CreateTopic], held: [] } });
    expect(shortly(conditions).slice(0, 2)).toEqual(['Ready=False/Progressing', 'Reconciling=True/Progressing']);
  });
});

describe('a plan that is only shown', () => {
  it('is said to be so, with the first change and the way on', () => {
    const held = [oneOfEach.CreateTopic, oneOfEach.Apply];
    const conditions = conditionsOf({ isPlanOnly: true, outcome: { done: [], held } });
    expect(shortly(conditions)[0]).toBe('Ready=False/PlanOnly');
    expect(conditions[0]?.message).toMatch(/^2 changes are planned and not carried out, the first: CreateTopic/);
    expect(conditions[0]?.message).toContain('remove the annotation sluice.dev/mode');
  });

  it('that is empty is Ready', () => {
    expect(shortly(conditionsOf({ isPlanOnly: true }))[0]).toBe('Ready=True/Ready');
  });
});

describe('a change that awaits approval', () => {
  it('stalls, and names the annotation with the hash', () => {
    const held = [oneOfEach.DeleteTopic];
    const conditions = conditionsOf({ outcome: { done: [], held } });
    expect(shortly(conditions)[0]).toBe('Ready=False/ApprovalRequired');
    expect(conditions[0]?.message).toContain(`sluice.dev/approve: ${approvalHash(held)}`);
    expect(shortly(conditions)[2]).toBe('Stalled=True/ApprovalRequired');
  });
});

describe('a change that failed', () => {
  interface Case {
    readonly what: string;
    readonly change: (typeof oneOfEach)[keyof typeof oneOfEach];
    readonly error: unknown;
    readonly expected: readonly string[];
  }
  const refused = new SluiceError(reasons.topicRefused, 'Kafka refused it.', { retry: 'terminal' });
  const away = new SluiceError(reasons.brokerUnreachable, 'Kafka does not answer.');
  const cases: readonly Case[] = [
    {
      what: 'for good speaks on the condition of what it was made to',
      change: oneOfEach.CreateTopic,
      error: refused,
      expected: ['Ready=False/TopicRefused', 'Stalled=True/TopicRefused', 'TopicsReady=False/TopicRefused'],
    },
    {
      what: 'for now is tried again',
      change: oneOfEach.AddPartitions,
      error: away,
      expected: [
        'Ready=False/BrokerUnreachable',
        'Reconciling=True/BrokerUnreachable',
        'TopicsReady=False/BrokerUnreachable',
      ],
    },
    {
      what: 'at the registry speaks on the schemas',
      change: oneOfEach.RegisterSchema,
      error: new SluiceError(reasons.registryUnreachable, 'The registry does not answer.'),
      expected: ['SchemasCompatible=False/RegistryUnreachable', 'TopicsReady=True/InSync'],
    },
    {
      what: 'at the API server for good is stalled',
      change: oneOfEach.Apply,
      error: new ApiError({ status: 422, message: 'spec.ports: Required value' }),
      expected: ['Ready=False/InternalError', 'Stalled=True/InternalError', 'TopicsReady=True/InSync'],
    },
    {
      what: 'by a conflict is tried again',
      change: oneOfEach.Apply,
      error: new ApiError({ status: 409, reason: 'Conflict', message: 'it changed' }),
      expected: ['Ready=False/Conflict', 'Reconciling=True/Conflict'],
    },
  ];
  for (const { what, change, error, expected } of cases) {
    it(what, () => {
      const conditions = conditionsOf({ outcome: { done: [], held: [], failure: { change, error } } });
      for (const each of expected) expect(shortly(conditions)).toContain(each);
    });
  }

  it('is told in the words of the kind, where it has its own', () => {
    const failure = { change: oneOfEach.Apply, error: new ApiError({ status: 422, message: 'no' }) };
    const explain = (): Verdict => ({ ...waiting, reason: 'TemplateRefused', effect: 'stalled' });
    const conditions = conditionsOf({ outcome: { done: [], held: [], failure }, explain });
    expect(shortly(conditions)).toContain('WorkloadAvailable=False/TemplateRefused');
    expect(shortly(conditions)[0]).toBe('Ready=False/TemplateRefused');
  });
});
