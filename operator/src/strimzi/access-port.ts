// Writes users and rules as KafkaUser resources, for Strimzi's user operator to carry out. Waits for nothing: what it makes
// of them is in their conditions and, by Kafka's Admin API, on the brokers.
import { annotations, type EventBus, fieldManagers } from '../api/index.ts';
import type { AccessPort, AclRule } from '../plan/index.ts';
import { applyIfChanged, type ReconcileContext, type Resource } from '../runtime/index.ts';
import { type KafkaUser, kafkaUsers, type PasswordSecret } from './resources.ts';
import {
  kafkaUserOf,
  loginMark,
  passwordSecretName,
  passwordSecretOf,
  ruleKey,
  ruleOf,
  settingsOfUser,
  type UserSettings,
} from './user.ts';

export interface AccessPortParts extends Pick<ReconcileContext, 'cache' | 'client'> {
  readonly bus: EventBus;
  /** Labels that tell whose principals these are. */
  readonly holder: Readonly<Record<string, string>>;
  readonly secrets: Resource<PasswordSecret>;
}

export function strimziAccessPort({ bus, cache, client, holder, secrets }: AccessPortParts): AccessPort {
  const { namespace } = bus.metadata;
  // One manager whoever holds the principal, as with topics.
  const fieldManager = fieldManagers.EventBus;
  const known = (user: string): KafkaUser | undefined => cache.get(kafkaUsers, { namespace, name: user });
  const write = async (user: string, change: (said: UserSettings) => Partial<UserSettings>) => {
    const said = settingsOfUser(user, known(user));
    const desired = kafkaUserOf(bus, { ...said, ...change(said) }, holder);
    await applyIfChanged(client, cache, kafkaUsers, desired, { fieldManager, hashAnnotation: annotations.lastApplied });
  };
  return {
    async putUser(user, password) {
      // The Secret first: what tells that it was written is on the KafkaUser, and Strimzi refuses one that lacks it.
      await client.apply(secrets, passwordSecretOf(bus, { user, password }, holder), { fieldManager });
      await write(user, () => ({ login: loginMark({ user, password }, known(user)) }));
    },
    async deleteUser(user) {
      const found = known(user);
      // In this order, so that for as long as the Secret is there something tells of it.
      await client.delete(secrets, { namespace, name: passwordSecretName(user) });
      if (found) await client.delete(kafkaUsers, found.metadata, { uid: found.metadata.uid });
    },
    grant: (user, grants) =>
      write(user, ({ rules }) => ({ rules: [...rules, ...grants.map((grant) => ruleOf(user, grant))] })),
    deny: (user, grants) =>
      write(user, ({ rules }) => ({
        rules: [...rules, ...grants.map((grant) => ({ ...ruleOf(user, grant), permission: 'Deny' }))],
      })),
    async revoke(acls) {
      for (const [user, own] of byUser(acls)) {
        const gone = new Set(own.map(ruleKey));
        await write(user, ({ rules }) => ({ rules: rules.filter((rule) => !gone.has(ruleKey(rule))) }));
      }
    },
  };
}

function byUser(acls: readonly AclRule[]): ReadonlyMap<string, readonly AclRule[]> {
  return Map.groupBy(acls, ({ principal }) => principal.replace(/^User:/, ''));
}
