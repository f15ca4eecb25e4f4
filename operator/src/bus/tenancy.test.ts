import { describe, expect, it } from 'vitest';
import type { Readers } from '../api/index.ts';
import { anEventService, aStreamJob } from '../api/v1alpha1/builders.ts';
import { readRefusal } from './tenancy.ts';

const topic = 'shop.orders';
const ownerWith = (readers?: Readers) => anEventService({ publishes: [{ topic, ...(readers ? { readers } : {}) }] });
const readerIn = (namespace: string) =>
  anEventService({ consumes: [{ topic }] }, { metadata: { name: 'r', namespace } });

describe('who may consume a topic', () => {
  const cases: readonly { readonly readers?: Readers; readonly namespace: string; readonly mayRead: boolean }[] = [
    { namespace: 'shop', mayRead: true },
    { namespace: 'billing', mayRead: false },
    { readers: { from: 'Same' }, namespace: 'shop', mayRead: true },
    { readers: { from: 'Same' }, namespace: 'billing', mayRead: false },
    { readers: { from: 'All' }, namespace: 'billing', mayRead: true },
    { readers: { from: 'Named', namespaces: ['billing'] }, namespace: 'billing', mayRead: true },
    { readers: { from: 'Named', namespaces: ['billing'] }, namespace: 'stock', mayRead: false },
    { readers: { from: 'Named', namespaces: ['billing'] }, namespace: 'shop', mayRead: true },
  ];
  it.each(cases)('with readers $readers, namespace $namespace: $mayRead', ({ readers, namespace, mayRead }) => {
    expect(readRefusal(readerIn(namespace), topic, ownerWith(readers)) === undefined).toBe(mayRead);
  });

  it('is told with the owner, whom it lets read, and what would do', () => {
    const refusal = readRefusal(readerIn('stock'), topic, ownerWith({ from: 'Named', namespaces: ['billing'] }));
    expect(refusal).toBe(
      'Topic shop.orders belongs to EventService shop/order, which lets its own namespace and billing read it and not namespace stock: its owner can name the namespace in the readers of the topic.',
    );
  });

  it('is nobody of another namespace for a dead-letter topic', () => {
    const owner = anEventService({ consumes: [{ topic, deadLetter: { topic: 'shop.dead' } }] });
    expect(readRefusal(readerIn('billing'), 'shop.dead', owner)).toContain('its own namespace alone');
  });

  it('holds for what jobs write, too', () => {
    const job = aStreamJob({ writes: [{ topic, as: 'orders' }] });
    expect(readRefusal(readerIn('billing'), topic, job)).toContain('StreamJob shop/');
  });
});
