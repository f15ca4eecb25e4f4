// Where the API server is and how to prove who we are: kubeconfig or the pod's service account.
import { readFile } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent } from 'undici';

const connectTimeoutMs = 10_000;
/** A response that does not begin within this time is given up and tried again. */
const headersTimeoutMs = 30_000;

export interface Connection {
  /** As configured: `origin` and `pathPrefix`. */
  readonly server: string;
  readonly origin: string;
  readonly host: string;
  /** Empty, or where an API server is served below a path, without a slash at its end. */
  readonly pathPrefix: string;
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

export interface CredentialsOptions {
  /** How long TLS files and tokens are trusted before they are read again, ms. Default 60,000: projected tokens rotate hourly. */
  readonly refreshMs?: number;
}

/** Gives the connection to use now. A rotated token or CA is taken up within `refreshMs`, or at once after a 401. */
export class Credentials {
  readonly #config: KubeConfig;
  readonly #refreshMs: number;
  #connection: Connection | undefined;
  #tls = '';
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Connection> | undefined;

  constructor(config: KubeConfig, { refreshMs = 60_000 }: CredentialsOptions = {}) {
    this.#config = config;
    this.#refreshMs = refreshMs;
  }

  /** Namespace of the current context; in a pod that of its service account. */
  get namespace(): string | undefined {
    return this.#config.getContextObject(this.#config.getCurrentContext())?.namespace;
  }

  /**
   * The same API server, asked as the one who holds the token, with nothing that proves who we are: a client
   * certificate beside it would win. To be closed after use.
   */
  withToken(token: string): Credentials {
    const cluster = this.#config.getCurrentCluster();
    const config = new KubeConfig();
    const name = 'caller';
    config.loadFromOptions({
      clusters: cluster ? [cluster] : [],
      users: [{ name, token }],
      contexts: [{ name, cluster: cluster?.name, user: name }],
      currentContext: name,
    });
    return new Credentials(config, { refreshMs: this.#refreshMs });
  }

  /** Throws when the configuration names no cluster or its credentials cannot be had. */
  async connection(): Promise<Connection> {
    if (this.#connection && performance.now() - this.#readAt < this.#refreshMs) return this.#connection;
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
    const options: HttpsOptions = { headers: {} };
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
    const { origin, host, pathname } = new URL(server);
    const pathPrefix = pathname.replace(/\/$/, '');
    this.#connection = { server, origin, host, pathPrefix, agent, authorization: await this.#authorization(options) };
    this.#readAt = performance.now();
    return this.#connection;
  }

  async #authorization({ headers, auth }: HttpsOptions): Promise<string | undefined> {
    const user = this.#config.getCurrentUser();
    const tokenFile: unknown = user?.authProvider?.config?.tokenFile;
    // Read here and not by client-node, which keeps a token for a minute even after a 401.
    if (typeof tokenFile === 'string') return `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}`;
    return headers['Authorization'] ?? (auth === undefined ? undefined : `Basic ${btoa(auth)}`);
  }
}

interface HttpsOptions {
  readonly headers: Record<string, string>;
  /** `user:password`. */
  readonly auth?: string;
  readonly [name: string]: unknown;
}
