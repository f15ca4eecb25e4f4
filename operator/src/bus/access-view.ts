// What is known of a bus's users and rules, shared by all services on it, and the port by which they are changed.
import {
  fingerprintOf,
  type KafkaAdmin,
  type KafkaLogin,
  type LiveAccess,
  type UserCredential,
} from '../kafka/index.ts';
import type { AccessPort } from '../plan/index.ts';
import { Remembered } from './remembered.ts';

export interface AccessView {
  /** Users and rules at most a minute ago; anew after a write of ours, and where others were told to write. */
  live(options?: { readonly isFresh?: boolean }): Promise<LiveAccess>;
  /** Fingerprints of the credentials that were given through this connection, by user. */
  readonly given: ReadonlyMap<string, string>;
  /**
   * The topics that the user saw when it logged in itself, ten minutes ago at most and after the last change of its rules
   * that was ours; undefined where it could not.
   */
  visibleTo(credential: UserCredential): Promise<ReadonlySet<string> | undefined>;
  /** What these users saw is looked at again: their rules are being changed by others. */
  forgetVisible(...users: readonly string[]): void;
  readonly port: AccessPort;
}

/** What a user sees changes with rules alone, and asking costs a connection. */
const visibleMs = 600_000;

/** `connect` opens a connection of another login to the same brokers. */
export function accessViewOf(
  kafka: KafkaAdmin,
  connect: (login: KafkaLogin) => KafkaAdmin,
  maxAgeMs: number,
): AccessView {
  const live = new Remembered(maxAgeMs, () => kafka.describeAccess());
  const given = new Map<string, string>();
  const visible = new Remembered(visibleMs, async (key) => {
    const { user, password } = credentialOf(key);
    const admin = connect({ mechanism: 'SCRAM-SHA-512', username: user, password });
    try {
      return await admin.topicNames();
    } finally {
      await admin.close();
    }
  });
  const forgetVisible = (...users: readonly string[]) =>
    visible.forget((key) => users.includes(credentialOf(key).user));
  const writing = async (write: Promise<void>, ...users: readonly string[]) => {
    try {
      await write;
    } finally {
      live.forget();
      forgetVisible(...users);
    }
  };
  return {
    live: ({ isFresh = false } = {}) => (isFresh ? live.fresh('') : live.get('')),
    given,
    visibleTo: ({ user, password }) => visible.get(JSON.stringify({ user, password })).catch(() => undefined),
    forgetVisible,
    port: {
      putUser: async (user, password) => {
        await writing(kafka.putUser(user, password));
        given.set(user, fingerprintOf({ user, password }));
      },
      deleteUser: async (user) => {
        given.delete(user);
        await writing(kafka.deleteUser(user));
      },
      grant: (user, grants) => writing(kafka.grant(user, grants), user),
      deny: (user, grants) => writing(kafka.deny(user, grants), user),
      revoke: (acls) => writing(kafka.revoke(acls), ...acls.map(({ principal }) => principal.replace(/^User:/, ''))),
    },
  };
}

function credentialOf(key: string): UserCredential {
  return JSON.parse(key);
}
