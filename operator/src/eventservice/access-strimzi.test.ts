// What a service waits for, and what is taken away with it, where its login is a KafkaUser.
import { describe, expect, it } from 'vitest';
import { finalizer } from '../api/index.ts';
import { anEventBus, anEventService } from '../api/v1alpha1/builders.ts';
import { fingerprintOf } from '../kafka/index.ts';
import { targetOf } from '../plan/text.ts';
import type { KafkaUser } from '../strimzi/index.ts';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { aBus, aBusThatIsAway, anObserved } from './testing/observed.ts';

const now = new Date('2026-06-01T00:00:00Z');
const login = {
  user: 'shop.order.a',
  other: 'shop.order.b',
  password: 'secret',
  epoch: 0,
  rotation: undefined,
  since: '2026-01-01T00:00:00.000Z',
};
const bus = anEventBus(
  { kafka: { strimzi: { cluster: 'main', listener: 'sasl' } } },
  { status: { listener: { securityProtocol: 'SASL_PLAINTEXT' } } },
);
const service = anEventService({ publishes: [{ topic: 'shop.orders' }] });
const kafkaUser: KafkaUser = {
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaUser',
  metadata: {
    name: login.user,
    namespace: 'shop',
    uid: 'u',
    labels: { 'app.kubernetes.io/managed-by': 'sluice', 'sluice.dev/bus': 'shop' },
    annotations: { 'sluice.dev/login': fingerprintOf(login) },
  },
  spec: {
    authorization: {
      type: 'simple',
      acls: [{ operations: ['Write'], resource: { type: 'topic', name: 'shop.orders' } }],
    },
  },
};

/** `isMade`: Strimzi has brought the KafkaUser to the brokers. */
function observed(written: KafkaUser | undefined, isMade: boolean): Observed {
  const rule = { principal: `User:${login.user}`, permission: 'Allow', host: '*', operation: 'Write' };
  const acl = { ...rule, resource: 'Topic', pattern: 'Literal', name: 'shop.orders' };
  const access = {
    live: { hasRules: true, acls: isMade ? [acl] : [], users: new Set(written ? [login.user] : []) },
    given: new Map(isMade ? [[login.user, fingerprintOf(login)]] : []),
    visibleTo: async () => undefined,
    kafkaUsers: new Map([
      [login.user, written],
      [login.other, undefined],
    ]),
  };
  return anObserved(service, { bus: aBus(service, { bus, access }), login });
}

function targets(seen: Observed): readonly string[] {
  return decide(seen, now).changes.map((change) => `${change.action} ${targetOf(change)}`);
}

function verdictOf(seen: Observed, type: string) {
  return decide(seen, now).verdicts.find((verdict) => verdict.type === type);
}

describe('a service whose login is a KafkaUser', () => {
  it('has it written first, and no pods before the brokers have it', () => {
    const changes = targets(observed(undefined, false));
    expect(changes).toContain('PutUser user shop.order.a');
    expect(changes).toContain('GrantAccess user shop.order.a');
    expect(changes).not.toContain('Apply Deployment shop/order-a');
  });

  it('waits for Strimzi without writing it again, and says so', () => {
    const seen = observed(kafkaUser, false);
    expect(targets(seen).filter((change) => !change.includes('finalizer'))).toEqual([]);
    expect(verdictOf(seen, 'AccessGranted')).toMatchObject({ status: 'False', reason: 'Progressing' });
    expect(verdictOf(seen, 'ReleaseHealthy')?.status).not.toBe('True');
  });

  it('goes live once the brokers have it', () => {
    const seen = observed(kafkaUser, true);
    expect(targets(seen)).toContain('Apply Deployment shop/order-a');
    expect(verdictOf(seen, 'AccessGranted')).toMatchObject({ status: 'True' });
  });

  it.each([
    ['the bus is there', (object: typeof service) => aBus(object, { bus, ...busAccess() })],
    ['the bus is away', (object: typeof service) => ({ ...aBusThatIsAway(object, away), ...busAccess().access })],
  ])('takes it away with itself, its password first, where %s', (_, busOf) => {
    const metadata = { ...service.metadata, deletionTimestamp: now.toISOString(), finalizers: [finalizer] };
    const object = { ...service, metadata };
    const seen = anObserved(object, { bus: busOf(object) });
    expect(targets(seen)).toEqual([
      'Delete Secret shop/shop.order.a-password',
      'Delete KafkaUser shop/shop.order.a',
      'RemoveFinalizer its own finalizer',
    ]);
  });
});

const away = { type: 'TopicsReady', status: 'Unknown', reason: 'BusNotFound', message: '', effect: 'waiting' } as const;

function busAccess() {
  const seen = observed(kafkaUser, true);
  if (seen.bus.state === 'unavailable' || !seen.bus.access) throw new Error('it has a login');
  return { access: seen.bus.access };
}
