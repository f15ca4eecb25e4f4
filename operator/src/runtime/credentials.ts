// Where the API server is and how to prove who we are: kubeconfig or the pod's service account.
import { KubeConfig } from '@kubernetes/client-node';
import { Agent } from 'undici';

/** How long TLS files and tokens are trusted before they are read again; projected tokens rotate hourly. */
const refreshMs = 60_000;
const connectTimeoutMs = 10_000;
/** A response that does not begin within this time is given up and tried again. */
const headersTimeoutMs = 30_000;

export interface Connection {
  readonly server: string;
  readonly agent: Agent;
  readonly authorization: string | undefined;
}

/** `$KUBECONFIG`, `~/.kube/config` or the pod's service account, in the order kubectl looks for them. */
export function loadKubeConfig(path?: string): Credentials {
  const config = new KubeConfig();
  if (path === undefined) config.loadFromDefault();
  else config.loadFromFile(path);
  return new Credentials(config);
}

/** Gives the connection to use now. A rotated token or CA is taken up within a minute, or at once after a 401. */
export class Credentials {
  readonly #config: KubeConfig;
  #connection: Connection | undefined;
  #tls = '';
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Connection> | undefined;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** Namespace of the current context; in a pod that of its service account. */
  get namespace(): string | undefined {
    return this.#config.getContextObject(this.#config.getCurrentContext())?.namespace;
  }

  /** Throws when the configuration names no cluster or its credentials cannot be had. */
  async connection(): Promise<Connection> {
    if (this.#connection && performance.now() - this.#readAt < refreshMs) return this.#connection;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Reads tokens and certificates again before the next call. */
  expire(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async close(): Promise<void> {
    await this.#connection?.agent.destroy();
  }

  async #read(): Promise<Connection> {
    const server = this.#config.getCurrentCluster()?.server;
    if (!server) throw new Error('no cluster is configured: set KUBECONFIG or run in a pod with a service account');
    const options: { headers: Record<string, string>; [name: string]: unknown } = { headers: {} };
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const tls = { ca, cert, key, rejectUnauthorized, servername };
    const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
    const fingerprint = JSON.stringify(given);
    let agent = this.#connection?.agent;
    if (!agent || fingerprint !== this.#tls) {
      // The former agent serves its open watches until they end by themselves.
      agent = new Agent({
        connect: { ...given, timeout: connectTimeoutMs },
        // One connection a request: watches last minutes and must not hold others up.
        allowH2: false,
        keepAliveTimeout: 60_000,
        headersTimeout: headersTimeoutMs,
        bodyTimeout: 0,
      });
      this.#tls = fingerprint;
    }
    this.#connection = { server, agent, authorization: options.headers['Authorization'] };
    this.#readAt = performance.now();
    return this.#connection;
  }
}
