// With nothing changing the operator writes nothing but its Lease: counted by the API server, not by the operator.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { writesOf } from '../platform/audit.ts';
import { providedPlatform } from '../platform/provided.ts';
import { waitReady } from '../platform/ready.ts';
import { shopResources } from '../platform/shop.ts';

const { cluster, auditLog, sluice } = providedPlatform();
const quietMs = 120_000;

describe('the steady state', () => {
  it.runIf(auditLog !== undefined)('lasts two minutes without a write but to the Lease', async () => {
    await waitReady(cluster, 'shop', shopResources);
    const since = new Date();
    // The passing of time is what is tested.
    await delay(quietMs);

    const operator = `system:serviceaccount:${sluice.namespace}:${sluice.release}`;
    const writes = writesOf(auditLog ?? '', operator, since);
    expect(writes.filter(({ resource }) => resource !== 'leases')).toEqual([]);
    expect(writes.length).toBeGreaterThan(0);
  });
});
