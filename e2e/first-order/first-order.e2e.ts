// Orders placed over HTTP become events, the job finds the suspicious ones, and the notification service tells of them.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { providedPlatform } from '../platform/provided.ts';
import { placeOrders } from './place-orders.ts';
import { createScenario } from './scenario.ts';

const { cluster, addresses } = providedPlatform();

describe('the first order', () => {
  it('raises exactly the alerts that it must', async () => {
    const run = `test${randomBytes(3).toString('hex')}`;
    const shop = { orderUrl: addresses.order, notificationUrl: addresses.notification };
    const scenario = createScenario(20_261, run);

    const outcome = await placeOrders(scenario, shop, { run });
    expect({ missing: outcome.missing, unexpected: outcome.unexpected }).toEqual({ missing: [], unexpected: [] });
    expect(outcome.alerts).toHaveLength(scenario.alerts);
  });

  it('is placed on resources that kubectl shows with useful columns', async () => {
    const shown = async (kind: string) => {
      const [header = '', ...rows] = (await cluster.run(['get', kind, '-n', 'shop'])).trimEnd().split('\n');
      return { columns: header.trim().split(/\s{2,}/), rows };
    };
    const buses = await shown('eventbus');
    expect(buses.columns).toEqual(['NAME', 'READY', 'REASON', 'KAFKA', 'AGE']);
    expect(buses.rows).toEqual([expect.stringMatching(/^shop\s+True\s+\S+\s+4\./)]);
    const services = await shown('eventservice');
    expect(services.columns).toEqual(['NAME', 'READY', 'REASON', 'BUS', 'REPLICAS', 'RELEASE', 'AGE']);
    expect(services.rows).toEqual([
      expect.stringMatching(/^notification\s+True/),
      expect.stringMatching(/^order\s+True/),
    ]);
    const jobs = await shown('streamjob');
    expect(jobs.columns).toEqual(['NAME', 'READY', 'REASON', 'BUS', 'ENGINE', 'STATE', 'AGE']);
    expect(jobs.rows).toEqual([expect.stringMatching(/^fraud\s+True\s+\S+\s+shop\s+Flink\s+Running/)]);
  });
});
