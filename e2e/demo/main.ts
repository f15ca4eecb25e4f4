// `make demo`: everything from nothing to alerts, told as it goes. Ends with 1 when an alert is missing or one too many.
import { randomBytes } from 'node:crypto';
import { step } from '@sluice/cluster';
import { type Outcome, placeOrders } from '../first-order/place-orders.ts';
import { createScenario } from '../first-order/scenario.ts';
import { installPlatform, type Platform } from '../platform/install.ts';
import { waitReady } from '../platform/ready.ts';
import { type ShopAddresses, shopAddresses, shopNamespace, shopResources } from '../platform/shop.ts';

const startedAt = performance.now();
try {
  const platform = await installPlatform();
  const { cluster, provider } = platform;
  await step('apply the shop: one EventBus, two EventServices, one StreamJob', async () => {
    await cluster.run(['apply', '--server-side', '--force-conflicts', '-f', '-'], platform.shop);
    await waitReady(cluster, shopNamespace, shopResources);
  });
  const addresses = await shopAddresses(cluster, provider.name);
  const outcome = await step('place orders and wait for their alerts', () => runScenario(addresses));
  console.log(await running(platform));
  console.log(alertsAsText(outcome));
  console.log(nextCommands(platform, addresses));
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const isRight = outcome.missing.length === 0 && outcome.unexpected.length === 0;
  console.log(isRight ? `The demo took ${seconds} s.` : `The demo failed after ${seconds} s: see the alerts above.`);
  process.exitCode = isRight ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(
    'The demo did not get through. What is up stays up: mend the cause and run it again, it goes on from there.',
  );
  process.exitCode = 1;
}

function runScenario({ order, notification }: ShopAddresses): Promise<Outcome> {
  // Its customers tell this run's orders from those of earlier runs on the same topics.
  const run = `run${randomBytes(3).toString('hex')}`;
  const shop = { orderUrl: order, notificationUrl: notification };
  const scenario = createScenario(randomBytes(4).readUInt32BE(), run);
  return placeOrders(scenario, shop, { run, onProgress: (message) => console.error(`  ${message}`) });
}

async function running({ cluster }: Platform): Promise<string> {
  const resources = await cluster.run(['get', 'eventbus,eventservice,streamjob', '-n', shopNamespace]);
  const pods = await cluster.run(['get', 'pods', '-A', '--field-selector', 'metadata.namespace!=kube-system']);
  return `\nWhat is running\n\n${resources}\n${pods}`;
}

function alertsAsText({ placed, alerts, missing, unexpected }: Outcome): string {
  const euros = (cents: number) => (cents / 100).toFixed(2);
  const line = ({ customerId, amountsCents, currency }: Outcome['alerts'][number]) =>
    `  ${customerId.padEnd(32)} ${amountsCents.map(euros).join(' → ')} ${currency}`;
  return [
    `${placed.length} orders were placed, ${alerts.length} alerts came, ${missing.length} missing, ${unexpected.length} too many:`,
    ...alerts.map(line),
    ...missing.map((alert) => `${line(alert)}   MISSING`),
    ...unexpected.map((alert) => `${line(alert)}   TOO MANY`),
    '',
  ].join('\n');
}

function nextCommands({ tools, kubeconfigPath }: Platform, { order, notification }: ShopAddresses): string {
  const anOrder =
    '{"customerId":"you","amountCents":1200,"currency":"EUR","items":[{"sku":"sku-1","quantity":1,"priceCents":1200}]}';
  return `Try next

  export KUBECONFIG=${kubeconfigPath} PATH=${tools}:$PATH
  kubectl get eventbus,eventservice,streamjob -n ${shopNamespace} -o wide
  kubectl describe eventservice order -n ${shopNamespace}
  curl -s -X POST ${order}/orders -H 'content-type: application/json' -d '${anOrder}'
  curl -s ${notification}/notifications
  make demo        # again: it converges
  make demo-down   # nothing stays behind
`;
}
