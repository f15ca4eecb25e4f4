import { describe, expect, it } from 'vitest';
import { parseMetrics, quantileOf, requestsOf, sumOf } from './prometheus.ts';

const text = `# HELP rest_client_requests_total Requests
# TYPE rest_client_requests_total counter
rest_client_requests_total{code="200",host="a",method="GET"} 5
rest_client_requests_total{code="201",host="a",method="POST"} 3
rest_client_requests_total{code="409",host="a",method="PUT"} 2
rest_client_requests_total{code="200",host="a",method="PUT"} 1.2e+01
process_cpu_seconds_total 1.5
odd{text="a\\"b,c"} 1
fsync_seconds_bucket{le="0.001"} 50
fsync_seconds_bucket{le="0.002"} 100
fsync_seconds_bucket{le="+Inf"} 100
`;

describe('metrics', () => {
  it('are read with their labels and summed', () => {
    const samples = parseMetrics(text);
    expect(sumOf(samples, 'rest_client_requests_total')).toBe(22);
    expect(sumOf(samples, 'rest_client_requests_total', { method: 'PUT', code: '409' })).toBe(2);
    expect(sumOf(samples, 'process_cpu_seconds_total')).toBe(1.5);
    expect(samples.find(({ name }) => name === 'odd')?.labels).toEqual({ text: 'a\\"b,c' });
  });

  it('give requests by method since an earlier time', () => {
    const before = parseMetrics('rest_client_requests_total{code="200",host="a",method="GET"} 4');
    expect(requestsOf(parseMetrics(text), before)).toEqual({
      byMethod: { GET: 1, POST: 3, PUT: 14, PATCH: 0, DELETE: 0 },
      writes: 17,
      conflicts: 2,
    });
  });

  it('give quantiles of histograms', () => {
    const samples = parseMetrics(text);
    expect(quantileOf(samples, 'fsync_seconds', 0.25)).toBeCloseTo(0.0005);
    expect(quantileOf(samples, 'fsync_seconds', 0.75)).toBeCloseTo(0.0015);
    expect(quantileOf(samples, 'none', 0.5)).toBeNaN();
  });
});
