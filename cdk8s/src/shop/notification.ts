// The EventService `notification`: tells of fraud alerts. It reads them by a schema of its own, which the gate checks.
import type { Construct } from 'constructs';
import type { Images } from '../images.ts';
import { eventService } from '../sluice/objects.ts';
import { bus, namespace, nodePorts, topics } from './names.ts';
import { schemaOf } from './schemas.ts';
import { podTemplate } from './workload.ts';

export function addNotification(scope: Construct, { image }: Images): void {
  const group = `${namespace}.notification`;
  eventService(scope, 'notification', {
    bus,
    template: podTemplate({
      name: 'notification',
      image: image('notification'),
      env: { ALERTS_TOPIC: topics.fraudAlerts, DEAD_LETTER_TOPIC: topics.notificationDeadLetters, GROUP: group },
    }),
    service: {
      type: 'NodePort',
      ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: nodePorts.notification }],
    },
    consumes: [
      {
        topic: topics.fraudAlerts,
        group,
        startFrom: 'Earliest',
        schema: schemaOf('fraud-alert.notification.avsc'),
        deadLetter: { topic: topics.notificationDeadLetters },
      },
    ],
  });
}
