import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches } from './batches.ts';

interface Request {
  readonly items: readonly string[];
  answer(results: readonly PromiseSettledResult<string>[]): void;
  fail(error: Error): void;
}

/** Requests wait until the test answers them; `sent` resolves with the next one. */
function recorded(maxWeight = 1000, weigh?: (item: string) => number) {
  const requests: Request[] = [];
  let wake = () => {};
  const batches = new Batches<string, string>({
    keyOf: (item) => item.split('=')[0] ?? '',
    ...(weigh ? { weigh } : {}),
    maxWeight,
    send: (items) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly PromiseSettledResult<string>[]>();
      requests.push({ items, answer: resolve, fail: reject });
      wake();
      return promise;
    },
  });
  const sent = async () => {
    while (requests.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const request = requests.shift();
    if (!request) throw new Error('no request was sent');
    return request;
  };
  return { batches, sent };
}

const done = (value: string): PromiseSettledResult<string> => ({ status: 'fulfilled', value });
const refused = (words: string): PromiseSettledResult<string> => ({ status: 'rejected', reason: new Error(words) });
const outcomes = async (asked: readonly Promise<string>[]) =>
  (await Promise.allSettled(asked)).map((result) =>
    result.status === 'fulfilled' ? result.value : result.reason.message,
  );

describe('what many ask for at once', () => {
  it('goes in one request, and what is asked meanwhile in the next', async () => {
    const { batches, sent } = recorded();
    const first = [batches.ask('a'), batches.ask('b')];
    const one = await sent();
    const second = [batches.ask('c'), batches.ask('d')];
    one.answer([done('1'), done('2')]);
    const two = await sent();
    two.answer([done('3'), done('4')]);
    expect([one.items, two.items]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(await outcomes([...first, ...second])).toEqual(['1', '2', '3', '4']);
  });

  it('is answered to each alone: the refusal of one is not told to another', async () => {
    const { batches, sent } = recorded();
    const asked = [batches.ask('a'), batches.ask('b')];
    (await sent()).answer([refused('no a'), done('b')]);
    expect(await outcomes(asked)).toEqual(['no a', 'b']);
  });

  it('fails together where the request does, and the next one goes all the same', async () => {
    const { batches, sent } = recorded();
    const asked = [batches.ask('a'), batches.ask('b')];
    const request = await sent();
    const later = batches.ask('c');
    request.fail(new Error('away'));
    (await sent()).answer([done('c')]);
    expect(await outcomes([...asked, later])).toEqual(['away', 'away', 'c']);
  });

  it('never names a topic twice in a request', async () => {
    const { batches, sent } = recorded();
    const asked = [batches.ask('a=1'), batches.ask('a=2'), batches.ask('b=1')];
    const one = await sent();
    one.answer(one.items.map(done));
    const two = await sent();
    two.answer(two.items.map(done));
    expect([one.items, two.items]).toEqual([['a=1', 'b=1'], ['a=2']]);
    expect(await outcomes(asked)).toEqual(['a=1', 'a=2', 'b=1']);
  });

  it('keeps within the weight of a request, but for one that is heavier by itself', async () => {
    const { batches, sent } = recorded(3, (item) => Number(item.split('=')[1]));
    const asked = ['a=2', 'b=2', 'c=1', 'd=9'].map((item) => batches.ask(item));
    const requests: (readonly string[])[] = [];
    for (let at = 0; at < 3; at++) {
      const { items, answer } = await sent();
      requests.push(items);
      answer(items.map(done));
    }
    expect(requests).toEqual([['a=2', 'c=1'], ['b=2'], ['d=9']]);
    expect(await outcomes(asked)).toEqual(['a=2', 'b=2', 'c=1', 'd=9']);
  });

  it('is answered once, by its own answer, and of one topic in the order asked', async () => {
    const item = fc.record({ topic: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 1, max: 5 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 30 }), async (items) => {
        const sent: string[] = [];
        const batches = new Batches<{ topic: string; weight: number; at: number }, number>({
          keyOf: ({ topic }) => topic,
          weigh: ({ weight }) => weight,
          maxWeight: 6,
          send: async (batch) => {
            sent.push(...batch.map(({ topic, at }) => `${topic}${String(at).padStart(2, '0')}`));
            return batch.map(({ at }) =>
              at % 3 === 0 ? { status: 'rejected', reason: at } : { status: 'fulfilled', value: at },
            );
          },
        });
        const results = await Promise.allSettled(items.map((each, at) => batches.ask({ ...each, at })));
        const answered = results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason));
        expect(answered).toEqual(items.map((_, at) => at));
        for (const topic of ['a', 'b', 'c']) {
          const ofTopic = sent.filter((each) => each.startsWith(topic));
          expect(ofTopic).toEqual(ofTopic.toSorted());
        }
      }),
      { numRuns: 100 },
    );
  });
});
