// Free loopback ports for servers of tests.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { listening } from './listening.ts';

// Below the ports that the kernel gives to outgoing connections (from 32768 on, ip(7)): one of those may take a port
// between the choice and the server's start, or while the server is down, were it the connection that asks whether the
// server is up. Above those that the local cluster and common servers listen on.
const first = 12_000;
const end = 29_000;

/** As many different free ports as asked for. While this process lives, no other is given them by this function. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = randomInt(first, end);
    if (!(await reserve(port))) continue;
    const probe = await listening({ port, host: '127.0.0.1' });
    if (probe === undefined) continue;
    probe.close();
    await once(probe, 'close');
    found.push(port);
  }
  return found;
}

/** Whether the port is now ours. A name in Linux's abstract namespace (unix(7)) ends with the process, however it ends. */
async function reserve(port: number): Promise<boolean> {
  const held = await listening({ path: `\0sluice-port-${port}` });
  held?.unref();
  return held !== undefined;
}
