import { describe, expect, it } from 'vitest';
import { anEventBus, anEventService, aStreamJob, minimalEventService } from './builders.ts';

describe('builders', () => {
  it('fill in what the schemas default, in lists too', () => {
    const service = anEventService({ publishes: [{ topic: 'shop.orders' }] });
    expect(service.spec.replicas).toBe(1);
    expect(service.spec.release.strategy).toBe('Rolling');
    expect(service.spec.publishes).toEqual([
      { topic: 'shop.orders', readers: { from: 'Same' }, drift: 'Revert', deletionPolicy: 'Retain' },
    ]);
    expect(aStreamJob().spec.parallelism).toBe(1);
  });

  it('lay the given spec and metadata over the minimal ones and leave those as they are', () => {
    const service = anEventService({ replicas: 2 }, { metadata: { name: 'payment', generation: 3 } });
    expect(service.spec.replicas).toBe(2);
    expect(service.spec.template).toEqual(minimalEventService.spec.template);
    expect(service.metadata).toMatchObject({ name: 'payment', namespace: 'shop', generation: 3 });
    expect(minimalEventService.spec).not.toHaveProperty('replicas');
  });

  it('refuse what the schema refuses, naming the field', () => {
    expect(() => anEventBus({ kafka: { external: {} } })).toThrow('/spec/kafka/external');
    expect(() => anEventService({ replicas: -1 })).toThrow('/spec/replicas');
  });
});
