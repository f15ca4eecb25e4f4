// One command at a time changes the node of this machine.
import type { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { listening } from './listening.ts';

// In Linux's abstract namespace (unix(7)): nothing on disk, and the kernel lets go when the holder dies.
const address = '\0sluice-cluster';
const waitTimeoutMs = 900_000;

/** Runs the work when no other process is in here; waits up to 15 min for that. */
export async function withClusterLock<T>(work: () => Promise<T>): Promise<T> {
  const held = await take();
  try {
    return await work();
  } finally {
    held.close();
  }
}

async function take(): Promise<Server> {
  const deadline = performance.now() + waitTimeoutMs;
  let isAnnounced = false;
  for (;;) {
    const server = await listening({ path: address });
    if (server) return server;
    if (performance.now() > deadline) throw new Error('another command has been working on the cluster for 15 min');
    if (!isAnnounced) console.error('another command works on the cluster: waiting for it');
    isAnnounced = true;
    await delay(200);
  }
}
