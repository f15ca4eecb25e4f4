import { describe, expect, it } from 'vitest';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import type { BusObserved } from './observe.ts';
import { reportEventBus } from './report.ts';

const bootstrapServers = ['kafka.shop:9093'];
const listener = { securityProtocol: 'SSL', certificates: ['PEM'] } as const;

function busWith(tls: object, status = {}) {
  return anEventBus({ kafka: { external: { bootstrapServers, tls } } }, { status });
}

function reportOf(over: Pick<BusObserved, 'bus' | 'authorities'>) {
  const kafka = { state: 'reachable', cluster: { clusterId: 'abc', brokers: 1 } } as const;
  return reportEventBus({ kafka, registry: { state: 'notConfigured' }, failures: 0, ...over }, {});
}

describe('the status of a bus on a cluster that something else runs', () => {
  const named = { caSecretRef: { name: 'kafka', key: 'ca.crt' } };

  it('holds whom clients must trust, for those who may not read the Secret', () => {
    expect(reportOf({ bus: busWith(named), authorities: ['PEM'] })).toMatchObject({ bootstrapServers, listener });
  });

  it('keeps that while the Secret cannot be read, and takes up another one', () => {
    expect(reportOf({ bus: busWith(named, { listener }) })).toMatchObject({ listener });
    const renewed = reportOf({ bus: busWith(named, { listener }), authorities: ['newer PEM'] });
    expect(renewed.listener?.certificates).toEqual(['newer PEM']);
  });

  it('holds none where the bus names none any more', () => {
    expect(reportOf({ bus: busWith({}, { listener }), authorities: [] }).listener).toBeUndefined();
  });
});
