// The demo shop as a user meets it: its resources, and where its services answer.
import type { Kubectl } from './kubectl.ts';

export const shopNamespace = 'shop';
export const shopResources = ['eventbus/shop', 'eventservice/order', 'eventservice/notification', 'streamjob/fraud'];

/** NodePorts of the shop's services, from cdk8s/src/shop. */
const ports = { order: 30080, notification: 30081 };

export interface ShopAddresses {
  readonly order: string;
  readonly notification: string;
}

/**
 * Base URLs. Clusters of ours answer on loopback; of another the first node's address is taken, which this machine must
 * reach.
 */
export async function shopAddresses(cluster: Kubectl, provider: string): Promise<ShopAddresses> {
  const host = provider === 'current' ? await nodeAddress(cluster) : '127.0.0.1';
  return { order: `http://${host}:${ports.order}`, notification: `http://${host}:${ports.notification}` };
}

async function nodeAddress(cluster: Kubectl): Promise<string> {
  const path = '{.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return cluster.run(['get', 'nodes', '-o', `jsonpath=${path}`]);
}
