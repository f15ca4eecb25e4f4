// The operator's settings: one table, read once from the environment. The chart sets them.

export interface Config {
  /** Namespaces that are watched; empty: all. */
  readonly namespaces: readonly string[];
  /** Namespaces in which Secrets that services use may be read, to replace pods when one changes. */
  readonly secretNamespaces: readonly string[];
  readonly leaderElection: boolean;
  /** This process among its replicas. */
  readonly podName: string;
  /** Where the Lease is. */
  readonly podNamespace: string;
  /** 0 takes a free port. */
  readonly metricsPort: number;
  readonly probePort: number;
  /** Of the read API. */
  readonly apiPort: number;
  readonly logLevel: LogLevel;
  /** In a pod: what runs on the cluster can be reached by its Service. */
  readonly isInCluster: boolean;
  /** Image of Flink jobs that name none. */
  readonly flinkImage: string;
  /** Where checks of releases ask their queries; empty: nowhere. */
  readonly prometheusUrl: string;
  /** Image of Spark jobs that name none. */
  readonly sparkImage: string;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type Environment = Readonly<Record<string, string | undefined>>;

interface Setting<Value> {
  readonly variable: string;
  readonly fallback: Value;
  /** Throws an Error that says what would do. */
  parse(text: string): Value;
}

const settings = {
  namespaces: setting<readonly string[]>('SLUICE_NAMESPACES', [], parseNames),
  secretNamespaces: setting<readonly string[]>('SLUICE_SECRET_NAMESPACES', [], parseNames),
  leaderElection: setting<boolean>('SLUICE_LEADER_ELECTION', false, parseBoolean),
  podName: setting<string>('POD_NAME', 'sluice', parseName),
  podNamespace: setting<string>('POD_NAMESPACE', 'sluice-system', parseName),
  metricsPort: setting<number>('SLUICE_METRICS_PORT', 8080, parsePort),
  probePort: setting<number>('SLUICE_PROBE_PORT', 8081, parsePort),
  apiPort: setting<number>('SLUICE_API_PORT', 8082, parsePort),
  logLevel: setting<LogLevel>('SLUICE_LOG_LEVEL', 'info', parseLogLevel),
  isInCluster: setting<boolean>('KUBERNETES_SERVICE_HOST', false, () => true),
  flinkImage: setting<string>('SLUICE_FLINK_IMAGE', 'docker.io/sluice/flink:dev', (text) => text),
  sparkImage: setting<string>('SLUICE_SPARK_IMAGE', 'docker.io/sluice/spark:dev', (text) => text),
  prometheusUrl: setting<string>('SLUICE_PROMETHEUS_URL', '', parseUrl),
} satisfies { readonly [Name in keyof Config]: Setting<Config[Name]> };

/** Every setting has a default; empty is as absent. Throws an Error that names the variable and what would do. */
export function readConfig(environment: Environment): Config {
  const read = <Value>({ variable, fallback, parse }: Setting<Value>): Value => {
    const text = environment[variable]?.trim();
    if (!text) return fallback;
    try {
      return parse(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${variable} is "${text}": ${why}`);
    }
  };
  return {
    namespaces: read(settings.namespaces),
    secretNamespaces: read(settings.secretNamespaces),
    leaderElection: read(settings.leaderElection),
    podName: read(settings.podName),
    podNamespace: read(settings.podNamespace),
    metricsPort: read(settings.metricsPort),
    probePort: read(settings.probePort),
    apiPort: read(settings.apiPort),
    logLevel: read(settings.logLevel),
    isInCluster: read(settings.isInCluster),
    flinkImage: read(settings.flinkImage),
    sparkImage: read(settings.sparkImage),
    prometheusUrl: read(settings.prometheusUrl),
  };
}

function setting<Value>(variable: string, fallback: Value, parse: (text: string) => Value): Setting<Value> {
  return { variable, fallback, parse };
}

function parseBoolean(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new Error('write true or false');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Error('write a port between 0 and 65535');
}

function parseName(text: string): string {
  if (/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new Error('write a Kubernetes name: lower-case letters, digits, "-" and "."');
}

function parseUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new Error('write a URL, such as http://prometheus.monitoring:9090');
}

function parseNames(text: string): readonly string[] {
  const names = text.split(',').flatMap((name) => name.trim() || []);
  return [...new Set(names.map(parseName))];
}

function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find((name) => name === text);
  if (level) return level;
  throw new Error(`write one of ${logLevels.join(', ')}`);
}
