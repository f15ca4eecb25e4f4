import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { eventBus, streamJob } from './objects.ts';

const scope = () => new Chart(new App(), 'chart', { namespace: 'shop' });

test("keeps to what was written: defaults are the API server's to fill in", () => {
  const bus = eventBus(scope(), 'shop', { kafka: { external: { bootstrapServers: ['kafka:9092'] } } });
  expect(bus.toJson()).toEqual({
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventBus',
    metadata: { name: 'shop', namespace: 'shop' },
    spec: { kafka: { external: { bootstrapServers: ['kafka:9092'] } } },
  });
});

test('refuses a spec that misses a field or exceeds a bound, naming both', () => {
  expect(() => streamJob(scope(), 'fraud', { bus: { name: 'shop' }, engine: 'Flink', parallelism: 0 })).toThrow(
    /StreamJob fraud: .*program.*parallelism|StreamJob fraud: .*parallelism.*program/,
  );
});
