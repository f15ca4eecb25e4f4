import { describe, expect, it } from 'vitest';
import { endpointOf } from './listener.ts';
import type { Kafka } from './resources.ts';

type Listener = NonNullable<NonNullable<NonNullable<Kafka['spec']>['kafka']>['listeners']>[number];

/** A cluster with the listener `plain` and `listener`, both where Strimzi says they are. */
function kafkaWith(listener: Listener, status: Partial<NonNullable<Kafka['status']>> = {}): Kafka {
  const certificates = ['PEM'];
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'Kafka',
    metadata: { name: 'main', namespace: 'shop', generation: 1 },
    spec: { kafka: { listeners: [{ name: 'plain', tls: false }, listener] } },
    status: {
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: 'True' }],
      listeners: [
        { name: 'plain', bootstrapServers: 'main:9092' },
        { name: listener.name, bootstrapServers: 'main:9093,other:9093', certificates },
      ],
      ...status,
    },
  };
}

describe('endpointOf', () => {
  const authentication = { type: 'scram-sha-512' };
  it.each([
    { what: 'plain text', listener: { name: 'a' }, protocol: 'PLAINTEXT', certificates: undefined },
    { what: 'TLS', listener: { name: 'a', tls: true }, protocol: 'SSL', certificates: ['PEM'] },
    { what: 'a login', listener: { name: 'a', authentication }, protocol: 'SASL_PLAINTEXT', certificates: undefined },
    { what: 'both', listener: { name: 'a', tls: true, authentication }, protocol: 'SASL_SSL', certificates: ['PEM'] },
  ])('is addresses, protocol and certificates of a listener with $what', ({ listener, protocol, certificates }) => {
    expect(endpointOf(kafkaWith(listener), 'a')).toEqual({
      bootstrapServers: ['main:9093', 'other:9093'],
      listener: { securityProtocol: protocol, ...(certificates ? { certificates } : {}) },
    });
  });

  it('is that of the listener while Strimzi is at work on a newer generation', () => {
    const status = { observedGeneration: 0 };
    expect(endpointOf(kafkaWith({ name: 'a' }, status), 'plain').bootstrapServers).toEqual(['main:9092']);
  });

  const notReady = { conditions: [{ type: 'NotReady', status: 'True', reason: 'NoPools', message: 'Add a pool.' }] };
  it.each([
    {
      what: 'the listener is not one of the cluster, with those that are',
      kafka: kafkaWith({ name: 'tls' }),
      error: { reason: 'ListenerNotFound', retry: 'terminal', message: expect.stringContaining('(plain, tls)') },
    },
    {
      what: 'clients must show certificates there',
      kafka: kafkaWith({ name: 'a', authentication: { type: 'tls' } }),
      error: { reason: 'NotSupported', retry: 'terminal' },
    },
    {
      what: 'the cluster is not ready, in the words of Strimzi',
      kafka: kafkaWith({ name: 'a' }, notReady),
      error: {
        reason: 'KafkaClusterNotReady',
        retry: 'backoff',
        message: expect.stringContaining('NoPools: Add a pool.'),
      },
    },
    {
      what: 'it is not said yet where the listener is',
      kafka: kafkaWith({ name: 'a' }, { listeners: [] }),
      error: { reason: 'KafkaClusterNotReady', retry: 'backoff' },
    },
  ])('is not given where $what', ({ kafka, error }) => {
    expect(() => endpointOf(kafka, 'a')).toThrow(expect.objectContaining(error));
  });
});
