// How a topic that is there is brought to what is declared: partitions are added, settings set. Sluice answers for the
// settings that it sets; what others set beside them is told and left. Pure.
import type { TopicStatus } from '../api/index.ts';
import type { AlterTopicConfigChange, Change, Risk } from '../plan/index.ts';
import type { LiveTopic } from './admin.ts';
import { type Dependents, growthTold } from './growth.ts';
import type { DeclaredTopic } from './topic-rules.ts';

export interface Adjustments {
  readonly changes: readonly Change[];
  /** How the topic differs from what is declared, where that is only told of. */
  readonly drift?: string;
  /** Names of the settings that are ours once the changes are carried out, sorted. */
  readonly config: readonly string[];
}

export function adjustments(
  declared: Pick<DeclaredTopic, 'drift' | 'schema' | 'config'>,
  wanted: { readonly growTo: number | undefined; readonly config: Readonly<Record<string, string>> },
  live: LiveTopic,
  {
    remembered,
    isSettled,
    dependents,
  }: {
    readonly remembered: TopicStatus | undefined;
    /** This generation was in force already: what differs now was changed past Sluice. */
    readonly isSettled: boolean;
    readonly dependents: Dependents;
  },
): Adjustments {
  const { topic, id: topicId } = live;
  const entries = differences(wanted.config, live, remembered?.config ?? []);
  const isReportOnly = declared.drift === 'Report' && isSettled && remembered !== undefined;
  const names = Object.keys(entries);
  const foreign = Object.keys(live.config).filter((name) => !(name in wanted.config) && !(name in entries));
  const told = [
    ...(isReportOnly ? names.map((name) => describe(name, entries[name] ?? {})) : []),
    ...foreign.map((name) => `${name} is set to ${live.config[name]} and not declared`),
  ];
  const changes: Change[] = [];
  if (wanted.growTo !== undefined && wanted.growTo > live.partitions) {
    changes.push({
      action: 'AddPartitions',
      topic,
      topicId,
      from: live.partitions,
      to: wanted.growTo,
      ...growthTold(declared, live, dependents),
    });
  }
  if (names.length > 0 && !isReportOnly) {
    const reason = isSettled && remembered ? 'it was changed past Sluice' : 'it is declared so';
    changes.push({ action: 'AlterTopicConfig', topic, topicId, entries, risk: riskOf(entries), reason });
  }
  return {
    changes,
    ...(told.length === 0 ? {} : { drift: `Topic ${topic}: ${told.join(', ')}.` }),
    config: Object.keys(wanted.config).sort(),
  };
}

type Entries = AlterTopicConfigChange['entries'];

function differences(wanted: Readonly<Record<string, string>>, live: LiveTopic, ours: readonly string[]): Entries {
  const changed = Object.entries(wanted)
    .filter(([name, to]) => live.config[name] !== to)
    .map(([name, to]) => [name, { ...fromOf(live, name), to }] as const);
  const dropped = ours
    .filter((name) => !(name in wanted) && live.config[name] !== undefined)
    .map((name) => [name, fromOf(live, name)] as const);
  return Object.fromEntries([...changed, ...dropped]);
}

function fromOf(live: LiveTopic, name: string): { readonly from?: string } {
  const from = live.config[name];
  return from === undefined ? {} : { from };
}

function describe(name: string, { from = 'the default', to = 'the default' }: Entries[string]): string {
  return `${name} is ${from} and ${to} is declared`;
}

/** Kafka deletes at once what a shorter retention does not cover. */
function riskOf(entries: Entries): Risk {
  return Object.entries(entries).some(([name, { from, to }]) => shortens(name, from, to)) ? 'DataLoss' : 'Safe';
}

function shortens(name: string, from: string | undefined, to: string | undefined): boolean {
  if (name === 'cleanup.policy') return from === 'compact' && to !== 'compact';
  if (name !== 'retention.ms' && name !== 'retention.bytes') return false;
  // From or to the brokers' default, which is not known here: only "for ever" is known to shrink.
  if (from === undefined) return false;
  const [before, after] = [limitOf(from), to === undefined ? undefined : limitOf(to)];
  return after === undefined ? before === Number.POSITIVE_INFINITY : after < before;
}

function limitOf(value: string): number {
  const limit = Number(value);
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}
