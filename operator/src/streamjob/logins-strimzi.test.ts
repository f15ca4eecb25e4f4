// What a job waits for where its login is a KafkaUser.
import { expect, test } from 'vitest';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { targetOf } from '../plan/index.ts';
import { decide } from './decide.ts';
import { aBus, aJob, anObserved } from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');
const url = 'http://registry.shop:8080/apis/ccompat/v7';
const login = {
  user: 'shop.fraud.job.a',
  other: 'shop.fraud.job.b',
  password: 'secret',
  epoch: 0,
  rotation: undefined,
  since: now.toISOString(),
};

test('a job is started once Strimzi has made its login, and says what it waits for', () => {
  const object = aJob();
  const strimzi = { cluster: 'main', listener: 'sasl' };
  const status = { bootstrapServers: ['kafka:9094'], listener: { securityProtocol: 'SASL_PLAINTEXT' } } as const;
  const access = {
    live: { hasRules: true, acls: [], users: new Set<string>() },
    given: new Map<string, string>(),
    visibleTo: async () => undefined,
    kafkaUsers: new Map([
      [login.user, undefined],
      [login.other, undefined],
    ]),
  };
  const bus = aBus(object, { bus: anEventBus({ kafka: { strimzi }, schemaRegistry: { url } }, { status }), access });
  const { changes, verdicts } = decide(anObserved(object, { bus, login }), now);
  const steps = changes.map((change) => `${change.action} ${targetOf(change)}`);
  expect(steps).toContain('PutUser user shop.fraud.job.a');
  expect(steps.filter((step) => /FlinkDeployment|Apply Secret/.test(step))).toEqual([]);
  expect(verdicts.find(({ type }) => type === 'JobRunning')).toMatchObject({ status: 'False', effect: 'waiting' });
});
