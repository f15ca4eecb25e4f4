import { describe, expect, it } from 'vitest';
import { reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';
import type { LiveTopic, LiveTopics } from './admin.ts';
import { aTopic } from './testing/topics.ts';
import { TopicSnapshot } from './topic-snapshot.ts';

/** Brokers in memory; `fail` is thrown by the next write, `hold` delays whole readings until it resolves. */
function someBrokers(...names: readonly string[]) {
  const topics = new Map<string, LiveTopic>(names.map((name) => [name, aTopic(name)]));
  const brokers = {
    topics,
    calls: [] as string[],
    now: 0,
    fail: undefined as Error | undefined,
    isAway: false,
    hold: Promise.resolve(),
  };
  const write = async (call: string, carryOut: () => void) => {
    brokers.calls.push(call);
    carryOut();
    const { fail } = brokers;
    brokers.fail = undefined;
    if (fail) throw fail;
  };
  const read = async (asked?: readonly string[]): Promise<LiveTopics> => {
    brokers.calls.push(asked ? `read ${asked.join(',')}` : 'read all');
    if (brokers.isAway) throw away;
    const found = new Map([...topics].filter(([name]) => !asked || asked.includes(name)));
    if (!asked) await brokers.hold;
    return found;
  };
  const snapshot = new TopicSnapshot(
    {
      describeTopics: read,
      createTopics: (made) =>
        write('create', () => {
          for (const { topic } of made) topics.set(topic, aTopic(topic));
        }),
      addPartitions: (topic, partitions) => write('grow', () => topics.set(topic, aTopic(topic, { partitions }))),
      alterTopicConfig: (topic) =>
        write('alter', () => topics.set(topic, aTopic(topic, { config: { 'retention.ms': '1' } }))),
      deleteTopic: (topic) => write('delete', () => topics.delete(topic)),
    },
    1000,
    () => brokers.now,
  );
  return { brokers, snapshot };
}

const away = new SluiceError(reasons.brokerUnreachable, 'Kafka does not answer.');
const refused = new SluiceError(reasons.topicRefused, 'Kafka refused it.');
const creation = (topic: string) => ({ topic, config: {} });

describe('what is known of the topics', () => {
  it('is read once for all who ask, until it is old', async () => {
    const { brokers, snapshot } = someBrokers('a');
    await Promise.all([snapshot.get(), snapshot.get()]);
    brokers.now = 999;
    await snapshot.get();
    expect(brokers.calls).toEqual(['read all']);
    brokers.now = 1000;
    await snapshot.get();
    expect(brokers.calls).toEqual(['read all', 'read all']);
  });

  it('shows each change of ours after reading what was changed alone', async () => {
    const { brokers, snapshot } = someBrokers('a', 'b');
    const before = await snapshot.get();
    await snapshot.port.createTopics([creation('c')]);
    await snapshot.port.alterTopicConfig('a', { 'retention.ms': '1' });
    await snapshot.port.addPartitions('b', 4);
    expect(await snapshot.get()).toEqual(brokers.topics);
    await snapshot.port.deleteTopic('c', 'id-of-c');
    expect(await snapshot.get()).toEqual(brokers.topics);
    expect(brokers.calls.filter((call) => call.startsWith('read'))).toEqual([
      'read all',
      'read c',
      'read a',
      'read b',
      'read c',
    ]);
    expect([...before.keys()]).toEqual(['a', 'b']);
  });

  it('is asked for by name what somebody waits for and was not there', async () => {
    const { brokers, snapshot } = someBrokers('a');
    expect((await snapshot.get(['a'])).has('a')).toBe(true);
    expect(brokers.calls).toEqual(['read all']);
    expect((await snapshot.get(['a', 'late'])).has('late')).toBe(false);
    brokers.topics.set('late', aTopic('late'));
    expect((await snapshot.get(['a', 'late'])).has('late')).toBe(true);
    expect((await snapshot.get()).has('late')).toBe(true);
    expect(brokers.calls).toEqual(['read all', 'read late', 'read late']);
  });

  it('grows no older by changes: others are seen within the same time', async () => {
    const { brokers, snapshot } = someBrokers('a');
    await snapshot.get();
    brokers.now = 999;
    await snapshot.port.addPartitions('a', 2);
    brokers.topics.set('foreign', aTopic('foreign'));
    brokers.now = 1000;
    expect((await snapshot.get()).has('foreign')).toBe(true);
  });

  it('keeps a change that came while all were being read, though that reading had passed it', async () => {
    const { brokers, snapshot } = someBrokers('a');
    const { promise, resolve } = Promise.withResolvers<void>();
    brokers.hold = promise;
    const reading = snapshot.get();
    await snapshot.port.createTopics([creation('b')]);
    resolve();
    expect((await reading).has('b')).toBe(false);
    expect((await snapshot.get()).has('b')).toBe(true);
    expect(brokers.calls).toEqual(['read all', 'create', 'read b']);
  });

  it('is read again where the answer to a change was lost, since it may have been made', async () => {
    const { brokers, snapshot } = someBrokers('a');
    await snapshot.get();
    brokers.fail = away;
    await expect(snapshot.port.createTopics([creation('b')])).rejects.toBe(away);
    expect((await snapshot.get()).has('b')).toBe(true);
    expect(brokers.calls).toEqual(['read all', 'create', 'read all']);
  });

  it('shows what was made of a call of which Kafka refused a part', async () => {
    const { brokers, snapshot } = someBrokers('a');
    await snapshot.get();
    brokers.fail = refused;
    await expect(snapshot.port.createTopics([creation('b'), creation('c')])).rejects.toBe(refused);
    expect((await snapshot.get()).has('b')).toBe(true);
    expect(brokers.calls).toEqual(['read all', 'create', 'read b,c']);
  });

  it('is read again after a change that succeeded and could not be looked at', async () => {
    const { brokers, snapshot } = someBrokers('a');
    await snapshot.get();
    brokers.isAway = true;
    await snapshot.port.deleteTopic('a', 'id-of-a');
    await expect(snapshot.get()).rejects.toBe(away);
    brokers.isAway = false;
    expect(await snapshot.get()).toEqual(new Map());
  });
});
