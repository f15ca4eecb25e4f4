// KafkaUser to Kafka, as Strimzi's user operator does it: a login, its Secret, and exactly the rules declared.
import { randomBytes } from 'node:crypto';
import { fingerprintOf } from '../../../operator/src/kafka/index.ts';
import {
  type Client,
  type ControllerOptions,
  controllerReference,
  keyOf,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileOutcome,
} from '../../../operator/src/runtime/index.ts';
import type { Broker } from './broker.ts';
import { notReady, paused, ready, type StrimziCondition } from './conditions.ts';
import { brokerOf, declared, type EntityParts, ofCluster, report, retryMs, wordsOf } from './entity-parts.ts';
import { clusterOf, isPaused, type KafkaUser, kafkaUsers, type Secret, secrets, userSecrets } from './resources.ts';
import { hasScramLogin, jaasConfigOf, ruleChanges, rulesOf, unsupportedOf, userNameOf } from './user-decide.ts';

/** What a user was given here, so that it can be taken away once nothing else tells of it. */
interface Served {
  readonly cluster: ObjectKey;
  readonly userName: string;
  /** Of the login in force; the brokers do not tell it. */
  readonly fingerprint: string | undefined;
}

export function userController(parts: EntityParts): ControllerOptions<KafkaUser> {
  const served = new Map<string, Served>();
  return {
    name: 'kafkauser',
    for: kafkaUsers,
    predicate: declared,
    owns: [userSecrets],
    watches: [ofCluster(kafkaUsers)],
    reconcile: async (key, context) => {
      const user = context.cache.get(kafkaUsers, key);
      if (!user) {
        await takeAway(served.get(keyOf(key)), parts, context);
        served.delete(keyOf(key));
        return undefined;
      }
      const broker = brokerOf(user, 'userOperator', parts, context.cache);
      if (broker === undefined) return undefined;
      if (typeof broker === 'number') return { requeueAfterMs: broker };
      return bringAbout(user, broker, parts.intervalMs, served, context);
    },
  };
}

async function bringAbout(
  user: KafkaUser,
  broker: Broker,
  intervalMs: number,
  served: Map<string, Served>,
  { client, logger }: ReconcileContext,
): Promise<ReconcileOutcome> {
  const key = keyOf(user.metadata);
  const userName = userNameOf(user);
  const say = (condition: StrimziCondition, more: { readonly secret?: string } = {}) =>
    report(client, kafkaUsers, user, { conditions: [condition], username: userName, ...more });
  if (isPaused(user)) {
    await say(paused);
    return { requeueAfterMs: intervalMs };
  }
  const unsupported = unsupportedOf(user);
  if (unsupported !== undefined) {
    await say(notReady('NotSupported', unsupported));
    return { requeueAfterMs: intervalMs };
  }
  try {
    const live = await broker.kafka.describeAccess();
    if (user.spec.authorization && !live.hasRules) {
      const message =
        'Simple authorization ACL rules are configured but not supported in the Kafka cluster configuration.';
      await say(notReady('InvalidResourceException', message));
      return { requeueAfterMs: intervalMs };
    }
    const cluster = { namespace: user.metadata.namespace, name: clusterOf(user) ?? '' };
    served.set(key, { fingerprint: undefined, ...served.get(key), cluster, userName });
    let secret: string | undefined;
    if (hasScramLogin(user)) {
      const password = await passwordOf(user, client);
      if (typeof password !== 'string') {
        await say(password);
        return { requeueAfterMs: Math.min(retryMs, intervalMs) };
      }
      const fingerprint = fingerprintOf({ user: userName, password });
      // The Secret first: a login whose password is written nowhere is of no use to anybody.
      secret = await writeSecret(user, password, client);
      if (!live.users.has(userName) || served.get(key)?.fingerprint !== fingerprint) {
        await broker.kafka.putUser(userName, password);
        logger.info({ user: userName }, 'the login is set');
      }
      served.set(key, { cluster, userName, fingerprint });
    } else if (live.users.has(userName)) {
      await broker.kafka.deleteUser(userName);
    }
    if (live.hasRules) {
      const changes = ruleChanges(userName, rulesOf(user), live.acls);
      await broker.changeRules(changes);
      if (changes.missing.length + changes.surplus.length > 0) {
        logger.info(
          { user: userName, added: changes.missing.length, removed: changes.surplus.length },
          'rules changed',
        );
      }
    }
    await say(ready, secret === undefined ? {} : { secret });
    return { requeueAfterMs: intervalMs };
  } catch (error) {
    const words = wordsOf(error);
    logger.warn({ err: error }, 'Kafka refused');
    await say(notReady('KafkaError', words));
    return { requeueAfterMs: Math.min(retryMs, intervalMs) };
  }
}

async function takeAway(
  served: Served | undefined,
  { brokers }: EntityParts,
  { logger }: ReconcileContext,
): Promise<void> {
  const broker = served && brokers.get(served.cluster);
  if (!broker) return;
  const { userName } = served;
  const live = await broker.kafka.describeAccess();
  await broker.changeRules(ruleChanges(userName, [], live.acls));
  if (live.users.has(userName)) await broker.kafka.deleteUser(userName);
  logger.info({ user: userName }, 'the user is taken away');
}

/** The one that the user names, the one that it has, or a new one; a condition where the named one is not there. */
async function passwordOf(
  { metadata: { namespace, name }, spec }: KafkaUser,
  client: Client,
): Promise<string | StrimziCondition> {
  const wanted = spec.authentication?.password?.valueFrom.secretKeyRef;
  if (!wanted) {
    const own = await client.get(secrets, { namespace, name });
    return decoded(own, 'password') ?? randomBytes(24).toString('base64url');
  }
  const secret = await client.get(secrets, { namespace, name: wanted.name });
  if (!secret) {
    return notReady('InvalidResourceException', `Secret ${wanted.name} with requested user password does not exist.`);
  }
  return (
    decoded(secret, wanted.key) ??
    notReady(
      'InvalidResourceException',
      `Secret ${wanted.name} does not contain the key ${wanted.key} with requested user password.`,
    )
  );
}

function decoded(secret: Secret | undefined, key: string): string | undefined {
  const value = secret?.data?.[key];
  return value ? Buffer.from(value, 'base64').toString() : undefined;
}

/** Returns its name, which is the user's. */
async function writeSecret(user: KafkaUser, password: string, client: Client): Promise<string> {
  const { namespace = '', name } = user.metadata;
  const texts = { password, 'sasl.jaas.config': jaasConfigOf(userNameOf(user), password) };
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  const live = await client.get(secrets, { namespace, name });
  if (live && Object.entries(data).every(([key, value]) => live.data?.[key] === value)) return name;
  const labels = {
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'strimzi-user-operator',
    'app.kubernetes.io/name': 'strimzi-user-operator',
    'strimzi.io/cluster': clusterOf(user) ?? '',
    'strimzi.io/kind': 'KafkaUser',
  };
  const ownerReferences = [controllerReference(kafkaUsers, user)];
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels, ownerReferences },
    type: 'Opaque',
    data,
  };
  await client.apply(secrets, secret, { fieldManager: 'strimzi-user-operator' });
  return name;
}
