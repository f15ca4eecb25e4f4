// The operator's own login on a listener that asks for one: a KafkaUser, with the rules that the operator needs and no
// others. Pure.
import { type EventBus, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import { keyOf } from '../runtime/index.ts';
import { strimziChild } from './child.ts';
import { loginType } from './listener.ts';
import { readinessOf, wordsOf } from './readiness.ts';
import type { Kafka, KafkaUser, UserAcl } from './resources.ts';

/** Of the KafkaUser, of the Secret that Strimzi makes for it, and of the user on the brokers. */
export function operatorUserName(bus: Pick<EventBus, 'metadata'>): string {
  return `sluice-operator-${bus.metadata.name}`;
}

/** docs/how-to/operate.md lists the same. Users and rules are made by KafkaUsers: it need not alter the cluster. */
const acls: readonly UserAcl[] = [
  { resource: { type: 'cluster' }, operations: ['Describe', 'DescribeConfigs'] },
  {
    resource: { type: 'topic', name: '*', patternType: 'literal' },
    operations: ['Describe', 'DescribeConfigs', 'Create', 'Alter', 'AlterConfigs', 'Delete', 'Read'],
  },
  { resource: { type: 'group', name: '*', patternType: 'literal' }, operations: ['Describe', 'Read'] },
];

/** Without rules where the cluster has no authorizer that takes them: Strimzi refuses a user that has some there. */
export function operatorUser(bus: EventBus, kafka: Kafka): KafkaUser {
  const authorization = kafka.spec?.kafka?.authorization;
  const takesRules = authorization?.type === 'simple' || authorization?.supportsAdminApi === true;
  return {
    ...strimziChild(bus, 'KafkaUser', operatorUserName(bus)),
    spec: {
      authentication: { type: loginType },
      ...(takesRules ? { authorization: { type: 'simple', acls } } : {}),
    },
  };
}

/** Throws a SluiceError unless Strimzi has made the user and its Secret. */
export function assertUserReady(bus: EventBus, user: KafkaUser | undefined): void {
  const { namespace } = bus.metadata;
  const name = `KafkaUser ${keyOf({ namespace, name: operatorUserName(bus) })}`;
  const readiness = user ? readinessOf(user) : ({ state: 'pending' } as const);
  if (readiness.state === 'ready') return;
  const message =
    readiness.state === 'refused'
      ? `${name}, the operator's own login, is not ready, Strimzi says: ${wordsOf(readiness)}`
      : `${name}, the operator's own login, is waited for: the user operator of the cluster makes it (entityOperator.userOperator of the Kafka resource).`;
  throw new SluiceError(reasons.kafkaClusterNotReady, message);
}
