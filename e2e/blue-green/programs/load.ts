// The load of the proof: events and requests, each at its own rate, and a record in PostgreSQL of all that was sent.
import type { EventProducer } from '@sluice/kit';
import type { Pool } from 'pg';
import type { RequestMade, SentEvent } from '../check.ts';
import { encodeEvent, KEYS } from './event.ts';
import { HttpLoad } from './http-load.ts';

export interface LoadOptions {
  readonly topic: string;
  readonly eventsPerSecond: number;
  readonly url: string;
  /** Over kept connections, and as many over fresh ones. */
  readonly requestsPerSecond: number;
  readonly producer: Pick<EventProducer, 'publish'>;
  readonly database: Pick<Pool, 'query'>;
}

const TICK_MS = 20;
const WRITE_EVERY_MS = 500;

const writeSent = `INSERT INTO sent (event_id, key, sent_ms, is_acknowledged)
  SELECT * FROM unnest($1::bigint[], $2::int[], $3::float8[], $4::bool[])`;
const writeRequests = `INSERT INTO requests (connection, at_ms, problem)
  SELECT * FROM unnest($1::text[], $2::float8[], $3::text[])`;

/** Sends until the signal is aborted; settles when all that was sent is answered and written down. */
export async function runLoad(options: LoadOptions, signal: AbortSignal): Promise<void> {
  const { topic, producer, database, url } = options;
  const http = new HttpLoad(url);
  const [sent, requests]: [SentEvent[], RequestMade[]] = [[], []];
  const underWay = new Set<Promise<unknown>>();
  const track = (work: Promise<unknown>) => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  let [id, key] = [0, 0];
  const sendEvent = async () => {
    const sentMs = Date.now();
    id = Math.max(id + 1, sentMs * 1_000);
    key = (key + 1) % KEYS;
    const event = { id, key, sentMs };
    const publishing = producer.publish({ topic, ...encodeEvent(event) });
    const isAcknowledged = await publishing.then(
      () => true,
      () => false,
    );
    sent.push({ ...event, isAcknowledged });
  };
  const sendRequests = async () => {
    requests.push(...(await Promise.all([http.send('Kept'), http.send('Fresh')])));
  };
  const paces = [
    pace(options.eventsPerSecond, () => track(sendEvent())),
    pace(options.requestsPerSecond, () => track(sendRequests())),
  ];
  const sending = setInterval(() => {
    for (const sendDue of paces) sendDue();
  }, TICK_MS);
  const write = () => writeDown(database, sent.splice(0), requests.splice(0));
  let writing = Promise.resolve();
  const recording = setInterval(() => {
    writing = writing.then(write);
    // Awaited below, where a failure to write ends the load.
    writing.catch(() => undefined);
  }, WRITE_EVERY_MS);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  clearInterval(sending);
  clearInterval(recording);
  await Promise.all(underWay);
  await writing.then(write);
  http.close();
}

/** Does what is due by now, however late it is called: a slow moment is made up for. */
function pace(perSecond: number, act: () => void): () => void {
  const startedAt = performance.now();
  let done = 0;
  return () => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    for (; done < due; done += 1) act();
  };
}

async function writeDown(
  database: LoadOptions['database'],
  sent: readonly SentEvent[],
  requests: readonly RequestMade[],
): Promise<void> {
  if (sent.length > 0) {
    const columns = [
      sent.map((event) => event.id),
      sent.map((event) => event.key),
      sent.map((event) => event.sentMs),
      sent.map((event) => event.isAcknowledged),
    ];
    await database.query(writeSent, columns);
  }
  if (requests.length > 0) {
    const columns = [
      requests.map(({ connection }) => connection),
      requests.map(({ atMs }) => atMs),
      requests.map(({ problem }) => problem ?? null),
    ];
    await database.query(writeRequests, columns);
  }
}
