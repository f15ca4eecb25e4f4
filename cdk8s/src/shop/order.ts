// The EventService `order`: takes orders over HTTP and publishes what was placed.
import type { Construct } from 'constructs';
import type { Images } from '../images.ts';
import { eventService } from '../sluice/objects.ts';
import { bus, nodePorts, topics } from './names.ts';
import { schemaOf } from './schemas.ts';
import { podTemplate } from './workload.ts';

export function addOrder(scope: Construct, { image }: Images): void {
  eventService(scope, 'order', {
    bus,
    template: podTemplate({ name: 'order', image: image('order'), env: { ORDERS_TOPIC: topics.orders } }),
    service: {
      type: 'NodePort',
      ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: nodePorts.order }],
    },
    publishes: [
      {
        topic: topics.orders,
        config: { 'retention.ms': String(7 * 86_400_000) },
        schema: schemaOf('order-placed.avsc'),
      },
    ],
  });
}
