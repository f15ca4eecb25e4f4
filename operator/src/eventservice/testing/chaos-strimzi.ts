// Test support: Strimzi under operators that are killed. What a service has of it is made anew in each round; the cluster,
// the bus and the operator's own login outlive them.
import type { KafkaAdministrator, KafkaServer } from '@sluice/cluster';
import type { ControlPlaneWithKinds } from '../../api/testing/control-plane.ts';
import { secrets } from '../../bus/index.ts';
import type { KafkaAdmin } from '../../kafka/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { eventually } from '../../runtime/testing/cluster.ts';
import { readEndState } from '../../runtime/testing/end-state.ts';
import { kafkaTopics, kafkaUsers } from '../../strimzi/index.ts';
import { applyKafka, connectionAs, installStrimziCrds, sayOfKafka, startStrimzi } from './strimzi.ts';

/** Of the bus, the operator's own login and the key of its passwords: these outlive the rounds. */
export const platformNamespace = 'platform';
const namespace = platformNamespace;
/** Of the bus `shop`. */
export const operatorUser = 'sluice-operator-shop';

/** A write that is part of a service, and not of the bus. */
export function isOfService(path: string): boolean {
  return /\/(kafkatopics|kafkausers|secrets)(\/|\?|$)/.test(path) && !/operator-shop|password-key/.test(path);
}

export interface ChaosStrimzi {
  /** Takes away what services have. */
  reset(): Promise<void>;
  /** What services have, in a form in which two rounds can be compared. */
  read(volatile: readonly RegExp[]): Promise<unknown>;
  /** Nothing is under way: topics and users are as their resources say. */
  isSettled(): Promise<boolean>;
  stop(): Promise<void>;
}

export async function startChaosStrimzi(
  { client, kubeconfigPath }: ControlPlaneWithKinds,
  kafka: KafkaServer,
  administrator: KafkaAdministrator,
  admin: KafkaAdmin,
): Promise<ChaosStrimzi> {
  await installStrimziCrds(client);
  await applyKafka(client, namespace);
  await sayOfKafka(client, namespace, kafka);
  const stop = startStrimzi(kubeconfigPath, namespace, connectionAs(kafka, administrator));
  const isServices = ({ metadata }: KubeObject) => metadata.name !== operatorUser;
  const topics = async () => (await client.list(kafkaTopics, { namespace })).items;
  const users = async () => (await client.list(kafkaUsers, { namespace })).items.filter(isServices);
  const isSettled = async () => {
    const live = await admin.describeAccess();
    const known = new Set((await users()).map(({ metadata }) => metadata.name));
    const others = new Set([administrator.username, operatorUser]);
    const found = [...live.users].filter((user) => !others.has(user));
    const held = await topics();
    const onBrokers = await admin.describeTopics();
    return (
      found.length === known.size &&
      found.every((user) => known.has(user)) &&
      held.every(({ metadata, spec }) => !metadata.deletionTimestamp && onBrokers.has(spec?.topicName ?? ''))
    );
  };
  return {
    isSettled,
    async reset() {
      for (const { metadata } of await topics()) await client.delete(kafkaTopics, metadata);
      for (const { metadata } of await users()) await client.delete(kafkaUsers, metadata);
      for (const { metadata } of (await client.list(secrets, { namespace })).items) {
        if (/^shop\./.test(metadata.name)) await client.delete(secrets, metadata);
      }
      await eventually('Strimzi has let go of all', async () => (await topics()).length === 0 && (await isSettled()));
    },
    async read(volatile) {
      const state = await readEndState(client, namespace, [kafkaTopics, kafkaUsers, secrets], [...volatile, ...hashes]);
      return state.filter((each) => /"name":"shop\./.test(JSON.stringify(each)));
    },
    stop,
  };
}

/** Of passwords, which come of the service's uid. */
const hashes = [
  /(?<="sluice\.dev\/login":")[^"]+/g,
  /(?<="(password|sasl\.jaas\.config)":")[^"]+/g,
  // When Strimzi looked last.
  /(?<="lastTransitionTime":")[^"]+/g,
];
