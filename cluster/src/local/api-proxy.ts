// A proxy before an API server that does what networks do: drops, delays, cuts and garbles. It also numbers writes, so
// that a test can end a process before or after any one of them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';

export interface ApiWrite {
  /** From 1 on, in the order of arrival. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
}

/** What happens to traffic from now on; may be changed at any time. */
export interface ApiFaults {
  /** Refuses every request by closing its connection. */
  isDown: boolean;
  /** Holds every answer back, and every piece of a watch, ms. */
  delayMs: number;
  /** Swallows what watches send, as a dead network does. Drop the connections before it ends: what is lost is lost. */
  isSilent: boolean;
  /** Ends each watch after this many bytes, in the middle of an event where it falls so. */
  cutWatchAfterBytes: number | undefined;
  /** Overwrites some bytes of the next piece of a watch with zeros, once. */
  garbleNextWatch: boolean;
}

export interface ApiProxyOptions {
  /** Which writes are numbered. Default all. */
  readonly counts?: (write: { readonly method: string; readonly path: string }) => boolean;
  /** Before a numbered write is sent on; false: it never is, and its connection is closed. */
  readonly beforeWrite?: (write: ApiWrite) => Promise<boolean> | boolean;
  /** After the API server answered a numbered write, before the client learns of it. */
  readonly afterWrite?: (write: ApiWrite) => Promise<void> | void;
}

export interface ApiProxy {
  /** Plain HTTP to the proxy, which adds the admin's credentials. */
  readonly kubeconfigPath: string;
  readonly faults: ApiFaults;
  /** Writes numbered so far. */
  readonly writes: readonly ApiWrite[];
  /** How many watches were begun so far. */
  readonly watchCount: number;
  /** Closes all connections that are open now. */
  dropConnections(): void;
  stop(): Promise<void>;
}

/** Starts a proxy before the API server of a kubeconfig that holds certificates. */
export async function startApiProxy(kubeconfigPath: string, options: ApiProxyOptions = {}): Promise<ApiProxy> {
  const config = parse(readFileSync(kubeconfigPath, 'utf8'));
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  const decode = (text: string) => Buffer.from(text, 'base64');
  const agent = new Agent({
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
    keepAlive: true,
  });
  const faults: ApiFaults = {
    isDown: false,
    delayMs: 0,
    isSilent: false,
    cutWatchAfterBytes: undefined,
    garbleNextWatch: false,
  };
  const writes: ApiWrite[] = [];
  let watchCount = 0;

  const numbered = (method: string, path: string): ApiWrite | undefined => {
    if (method === 'GET' || options.counts?.({ method, path }) === false) return undefined;
    const write = { number: writes.length + 1, method, path };
    writes.push(write);
    return write;
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url = '/' } = incoming;
    const body = await readAll(incoming);
    const write = numbered(method, url);
    if (faults.isDown || (write && (await options.beforeWrite?.(write)) === false)) {
      incoming.socket.destroy();
      return;
    }
    const answer = await forward(`${cluster.server}${url}`, method, incoming, body, agent);
    outgoing.on('close', () => answer.destroy());
    const isWatch = url.includes('watch=true');
    if (isWatch) watchCount++;
    if (write) {
      const whole = await readAll(answer);
      await options.afterWrite?.(write);
      await delay(faults.delayMs);
      outgoing.writeHead(answer.statusCode ?? 502, withoutLength(answer)).end(whole);
      return;
    }
    await delay(faults.delayMs);
    outgoing.writeHead(answer.statusCode ?? 502, withoutLength(answer));
    outgoing.flushHeaders();
    let sent = 0;
    for await (const piece of answer) {
      if (isWatch && faults.isSilent) continue;
      if (isWatch) await delay(faults.delayMs);
      let chunk: Buffer = piece;
      if (isWatch && faults.garbleNextWatch) {
        faults.garbleNextWatch = false;
        chunk = Buffer.from(chunk);
        chunk.fill(0, Math.floor(chunk.length / 3), Math.floor(chunk.length / 2));
      }
      const room = isWatch && faults.cutWatchAfterBytes !== undefined ? faults.cutWatchAfterBytes - sent : chunk.length;
      if (chunk.length > room) {
        // The piece that fits leaves as the end of the stream, as a proxy's time limit would have it.
        outgoing.end(chunk.subarray(0, Math.max(0, room)));
        return;
      }
      sent += chunk.length;
      outgoing.write(chunk);
    }
    outgoing.end();
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const directory = mkdtempSync(join(tmpdir(), 'sluice-api-proxy-'));
  const path = join(directory, 'kubeconfig');
  writeFileSync(path, stringify(plainKubeconfig(`http://127.0.0.1:${port}`)));

  return {
    kubeconfigPath: path,
    faults,
    writes,
    get watchCount() {
      return watchCount;
    },
    dropConnections: () => server.closeAllConnections(),
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      agent.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function plainKubeconfig(server: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    // Without it @kubernetes/client-node refuses plain HTTP.
    clusters: [{ name: 'proxy', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: {} }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'admin' } }],
    'current-context': 'proxy',
  };
}

function forward(
  url: string,
  method: string,
  { headers }: IncomingMessage,
  body: Buffer,
  agent: Agent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...kept } = headers;
    const outgoing = request(url, { method, headers: kept, agent }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function withoutLength({ headers }: IncomingMessage) {
  const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...kept } = headers;
  return kept;
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
