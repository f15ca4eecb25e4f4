// The demo shop as charts: its namespace, and all that Sluice runs in it.
import { type App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import type { Images } from '../images.ts';
import { addBus } from './bus.ts';
import { addFraud } from './fraud.ts';
import { namespace } from './names.ts';
import { addNotification } from './notification.ts';
import { addOrder } from './order.ts';
import { addSchemas } from './schemas.ts';

/** Apart from the shop itself, because Kafka and the registry live in it too and come first. */
export function addShopNamespace(app: App): void {
  const chart = new Chart(app, 'shop-namespace');
  // Jobs and brokers keep to `baseline`; the shop's own pods keep to `restricted`, and a warning tells of one that does not.
  const levels = { enforce: 'baseline', warn: 'restricted', audit: 'restricted' };
  const labels = Object.fromEntries(
    Object.entries(levels).map(([mode, level]) => [`pod-security.kubernetes.io/${mode}`, level]),
  );
  new k8s.KubeNamespace(chart, 'namespace', { metadata: { name: namespace, labels } });
}

export function addShop(app: App, images: Images): void {
  const chart = new Chart(app, 'shop', { namespace });
  addSchemas(chart);
  addBus(chart);
  addOrder(chart, images);
  addNotification(chart, images);
  addFraud(chart);
}
