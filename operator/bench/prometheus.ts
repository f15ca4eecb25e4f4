// Reads Prometheus' text format as far as the benchmark needs it.

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function parseMetrics(text: string): readonly MetricSample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match) return [];
    const [, name = '', labels = '', value] = match;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** The sum over all samples of the name whose labels are as given. */
export function sumOf(
  samples: readonly MetricSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

/** Requests to the API server by method, and conflicts apart. */
export interface RequestCounts {
  readonly byMethod: Readonly<Record<string, number>>;
  readonly writes: number;
  readonly conflicts: number;
}

export function requestsOf(samples: readonly MetricSample[], since: readonly MetricSample[] = []): RequestCounts {
  const count = (labels: Record<string, string>) =>
    sumOf(samples, 'rest_client_requests_total', labels) - sumOf(since, 'rest_client_requests_total', labels);
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const byMethod = Object.fromEntries(methods.map((method) => [method, count({ method })]));
  const { GET: reads = 0, ...writes } = byMethod;
  return {
    byMethod,
    writes: Object.values(writes).reduce((sum, value) => sum + value, 0),
    conflicts: count({ code: '409' }),
  };
}

/** The quantile of a histogram's growth, by linear interpolation within its bucket as Prometheus does. */
export function quantileOf(samples: readonly MetricSample[], name: string, quantile: number): number {
  const buckets = samples
    .filter((sample) => sample.name === `${name}_bucket`)
    .map(({ labels, value }) => ({
      upTo: labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']),
      value,
    }))
    .sort((a, b) => a.upTo - b.upTo);
  const wanted = (buckets.at(-1)?.value ?? 0) * quantile;
  let below = { upTo: 0, value: 0 };
  for (const bucket of buckets) {
    if (bucket.value >= wanted) {
      if (bucket.upTo === Number.POSITIVE_INFINITY) return below.upTo;
      const share = bucket.value === below.value ? 1 : (wanted - below.value) / (bucket.value - below.value);
      return below.upTo + (bucket.upTo - below.upTo) * share;
    }
    below = bucket;
  }
  return Number.NaN;
}
