import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWatchEvents } from './watch.ts';

const aLine = (name: string, fields: object = {}) =>
  `${JSON.stringify({ type: 'MODIFIED', object: { metadata: { name, resourceVersion: '7' } }, ...fields })}\n`;

async function* inPieces(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

/** Names of the events that were read, and how the stream ended. */
async function read(body: AsyncIterable<Buffer>) {
  const names: string[] = [];
  try {
    for await (const { object } of readWatchEvents(body)) names.push(object.metadata.name);
    return { names, error: undefined };
  } catch (error) {
    return { names, error };
  }
}

describe('readWatchEvents', () => {
  it('gives every event whole, however the stream is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 6 }),
        fc.array(fc.nat(80), { maxLength: 20 }),
        async (names, sizes) => {
          const result = await read(inPieces(names.map((name) => aLine(name)).join(''), sizes));
          expect(result).toEqual({ names, error: undefined });
        },
      ),
    );
  });

  it('ends with an error, after the whole events, when the stream breaks off in one', async () => {
    const text = aLine('whole') + aLine('broken');
    const { names, error } = await read(inPieces(text.slice(0, -5), []));
    expect(names).toEqual(['whole']);
    expect(error).toMatchObject({ status: 0, message: expect.stringContaining('broke off') });
  });

  const garbled = [
    // Swallowed by garbling between two quotes: what is left is valid JSON.
    { what: 'no resourceVersion', line: aLine('a', { object: { metadata: { name: 'a' } } }) },
    {
      what: 'a resourceVersion that is no number',
      line: aLine('a', { object: { metadata: { name: 'a', resourceVersion: '1#' } } }),
    },
    { what: 'no name', line: aLine('a', { object: { metadata: { resourceVersion: '1' } } }) },
    { what: 'an unknown type', line: aLine('a', { type: 'M####IED' }) },
    { what: 'no object', line: aLine('a', { object: null }) },
    { what: 'no JSON', line: '<html>\n' },
  ];
  it.each(garbled)('takes an event with $what for an error, never for none', async ({ line }) => {
    const { names, error } = await read(inPieces(aLine('before') + line, []));
    expect(names).toEqual(['before']);
    expect(error).toMatchObject({ status: 0, retry: 'backoff' });
  });

  it('does not collect a line without an end', async () => {
    let sent = 0;
    const endless = async function* () {
      for (; sent < 100; sent++) yield Buffer.alloc(2 ** 20, 'x');
    };
    expect((await read(endless())).error).toMatchObject({ status: 0, message: expect.stringContaining('more than') });
    expect(sent).toBeLessThan(20);
  });

  it('passes the status on that the API server ends a watch with', async () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    const { error } = await read(inPieces(`${JSON.stringify({ type: 'ERROR', object: status })}\n`, []));
    expect(error).toMatchObject({ status: 410, reason: 'Expired' });
  });
});
