import { describe, expect, it } from 'vitest';
import { toSluiceError } from './failure.ts';

const servers = ['kafka.shop:9092', 'kafka-2.shop:9092'];

/** As the client makes them: protocol errors within "failed 2 times" within "Creating topics failed". */
function protocolError(apiId: string, over: object = {}) {
  return Object.assign(new Error(`${apiId} in words`), { code: 'PLT_KFK_PROTOCOL', apiId, path: '/topics/0', ...over });
}
function wrapped(...errors: readonly Error[]) {
  return new AggregateError([new AggregateError(errors, 'createTopics failed 2 times.')], 'Creating topics failed.');
}

describe("the client's errors become one sentence with Kafka's words and the next step", () => {
  interface Case {
    readonly what: string;
    readonly error: unknown;
    readonly reason: string;
    readonly retry: string;
    readonly says: RegExp;
  }
  const cases: readonly Case[] = [
    {
      what: 'a refused topic',
      error: wrapped(
        protocolError('INVALID_CONFIG', { serverErrorMessage: 'Unknown topic config name: x', canRetry: false }),
      ),
      reason: 'TopicRefused',
      retry: 'terminal',
      says: /^Topic orders: Kafka at kafka\.shop:9092 refused its creation: Unknown topic config name: x \(INVALID_CONFIG\)/,
    },
    {
      what: 'a topic that cannot be made at the moment',
      error: wrapped(protocolError('NOT_CONTROLLER', { canRetry: true })),
      reason: 'TopicRefused',
      retry: 'backoff',
      says: /NOT_CONTROLLER in words \(NOT_CONTROLLER\)/,
    },
    {
      what: 'one that is there already beside the one that is refused',
      error: wrapped(protocolError('TOPIC_ALREADY_EXISTS'), protocolError('INVALID_PARTITIONS')),
      reason: 'TopicRefused',
      retry: 'terminal',
      says: /INVALID_PARTITIONS/,
    },
    {
      what: 'a wrong password',
      error: new AggregateError([protocolError('SASL_AUTHENTICATION_FAILED')], 'Cannot connect to any broker.'),
      reason: 'BrokerRefusedCredentials',
      retry: 'backoff',
      says: /^Kafka at kafka\.shop:9092 refused the login \(SASL_AUTHENTICATION_FAILED in words\): check kafka\.external\.sasl/,
    },
    {
      what: 'a login that the client gave up',
      error: Object.assign(new Error('SASL handshake failed'), { code: 'PLT_KFK_AUTHENTICATION' }),
      reason: 'BrokerRefusedCredentials',
      retry: 'backoff',
      says: /SASL handshake failed/,
    },
    {
      what: 'a right that is missing',
      error: wrapped(protocolError('CLUSTER_AUTHORIZATION_FAILED')),
      reason: 'BrokerRefusedCredentials',
      retry: 'backoff',
      says: /does not allow its creation .*grant it to the principal/,
    },
    {
      what: 'a broker that is not there',
      error: new AggregateError(
        [
          Object.assign(
            new Error('Connection to kafka.shop:9092 failed.', { cause: new Error('connect ECONNREFUSED') }),
          ),
        ],
        'Cannot connect to any broker.',
      ),
      reason: 'BrokerUnreachable',
      retry: 'backoff',
      says: /^Kafka at kafka\.shop:9092, kafka-2\.shop:9092 does not answer \(connect ECONNREFUSED\): check that the brokers run/,
    },
    {
      what: 'a broker that closes the connection without a word',
      error: wrapped(new Error('Connection closed')),
      reason: 'BrokerUnreachable',
      retry: 'backoff',
      says: /took the connection and closed it.*for a certificate \(kafka\.external\.tls/,
    },
    {
      what: 'a broker whose certificate is not trusted',
      error: Object.assign(new Error('self-signed certificate'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      reason: 'BrokerUnreachable',
      retry: 'backoff',
      says: /not trusted \(self-signed certificate\): name its authorities in kafka\.external\.tls\.caSecretRef/,
    },
    { what: 'something that is no error', error: 'odd', reason: 'BrokerUnreachable', retry: 'backoff', says: /odd/ },
  ];
  it.each(cases)('$what', ({ error, reason, retry, says }) => {
    const failure = toSluiceError(error, 'its creation', servers, () => 'orders');
    expect(failure).toMatchObject({ reason, retry });
    expect(failure.message).toMatch(says);
  });
});
