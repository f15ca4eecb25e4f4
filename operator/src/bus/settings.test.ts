import { describe, expect, it } from 'vitest';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import { clientSettingsOf } from './settings.ts';

const bootstrapServers = ['kafka.shop:9093'];
const listener = { securityProtocol: 'SSL', certificates: ['PEM 1', 'PEM 2'] } as const;

describe('how clients reach a bus', () => {
  const cases: readonly {
    readonly what: string;
    readonly kafka: NonNullable<NonNullable<Parameters<typeof anEventBus>[0]>['kafka']>;
    readonly settings: object;
  }[] = [
    {
      what: 'whose brokers are signed by authorities of a Secret',
      kafka: { external: { bootstrapServers, tls: { caSecretRef: { name: 'kafka', key: 'ca.crt' } } } },
      settings: { bootstrapServers, securityProtocol: 'SSL', authorities: 'PEM 1\nPEM 2', areAuthoritiesGiven: true },
    },
    {
      what: "that trusts the system's authorities, whatever it trusted before",
      kafka: { external: { bootstrapServers, tls: {} } },
      settings: { bootstrapServers, securityProtocol: 'SSL' },
    },
    {
      what: 'that Strimzi runs',
      kafka: { strimzi: { cluster: 'main', listener: 'tls' } },
      settings: { bootstrapServers, securityProtocol: 'SSL', authorities: 'PEM 1\nPEM 2' },
    },
  ];
  it.each(cases)('$what', ({ kafka, settings }) => {
    expect(clientSettingsOf(anEventBus({ kafka }, { status: { bootstrapServers, listener } }))).toEqual(settings);
  });
});
