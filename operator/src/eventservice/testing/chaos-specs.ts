// Test support: a service of two topics, one retained and one deleted with it, before and after a change of everything.
import type { EventService } from '../../api/index.ts';
import type { Written } from '../../api/v1alpha1/builders.ts';

type Spec = Written<EventService['spec']>;

function aSchema(...optional: readonly string[]): { readonly inline: string } {
  const more = optional.map((name) => ({ name, type: ['null', 'string'], default: null }));
  const fields = [{ name: 'id', type: 'string' }, ...more];
  return { inline: JSON.stringify({ type: 'record', name: 'OrderPlaced', fields }) };
}

export const firstSpec: Spec = {
  publishes: [
    { topic: 'shop.orders', partitions: 2, config: { 'retention.ms': '604800000' }, schema: aSchema() },
    { topic: 'shop.scratch', deletionPolicy: 'Delete' },
  ],
};

/** Partitions, settings, schema, template and replicas change; the deleted topic goes, another with a dead letter comes. */
export const changedSpec: Spec = {
  replicas: 2,
  template: { spec: { containers: [{ name: 'order', image: 'docker.io/sluice/order:next' }] } },
  service: { ports: [{ port: 80 }] },
  publishes: [
    { topic: 'shop.orders', partitions: 3, config: { 'segment.ms': '86400000' }, schema: aSchema('note') },
    { topic: 'shop.placed', deletionPolicy: 'Delete' },
  ],
  consumes: [{ topic: 'shop.orders', deadLetter: { topic: 'shop.orders.dlq' } }],
};
