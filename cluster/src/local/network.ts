// The bridge that pods hang on, and the removal of all that was ever attached to it.
import { existsSync, readdirSync } from 'node:fs';
import { output, succeeds } from './commands.ts';
import { isInstalled } from './executables.ts';
import { chainRemoval } from './leftovers.ts';
import { bridgeName, nodeAddress, podCidr, serviceCidr } from './node-network.ts';

/** Locally administered, and fixed: a bridge otherwise takes on the lowest address among its ports, which come and go. */
const bridgeMac = '0e:53:4c:55:49:43';

export async function createBridge(): Promise<void> {
  await output('ip', ['link', 'add', bridgeName, 'address', bridgeMac, 'type', 'bridge']);
  await output('ip', ['address', 'add', `${nodeAddress}/${podCidr.split('/')[1]}`, 'dev', bridgeName]);
  await output('ip', ['link', 'set', bridgeName, 'up']);
  // Without any route a packet to a Service is refused before iptables has sent it to a pod.
  await output('ip', ['route', 'add', serviceCidr, 'dev', bridgeName]);
}

/** Removes the bridge, the pods' ends of it and the node's iptables chains. */
export async function removeNetwork(): Promise<void> {
  const bridge = `/sys/class/net/${bridgeName}`;
  if (existsSync(bridge)) {
    for (const port of readdirSync(`${bridge}/brif`)) await deleteLink(port);
    await deleteLink(bridgeName);
  }
  for (const family of ['iptables', 'ip6tables']) {
    // Without the command, or the protocol, nothing can have made chains.
    const isThere = isInstalled(family) && (family === 'iptables' || existsSync('/proc/sys/net/ipv6'));
    if (isThere) await removeChains(family);
  }
}

async function deleteLink(name: string): Promise<void> {
  // A port goes by itself when the last process of its pod is gone, perhaps at this very moment.
  if (!(await succeeds('ip', ['link', 'delete', name])) && existsSync(`/sys/class/net/${name}`)) {
    await output('ip', ['link', 'delete', name]);
  }
}

async function removeChains(family: string): Promise<void> {
  const removal = chainRemoval(await output(`${family}-save`, []));
  if (removal !== '') await output(`${family}-restore`, ['--noflush'], { input: removal });
}
