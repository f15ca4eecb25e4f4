// From the client's nested errors to one sentence with Kafka's own words and the next step. Pure.
import { type Reason, reasons } from '../api/index.ts';
import { SluiceError } from '../errors.ts';

/** An error code of the protocol, as the brokers answered it. */
export interface ProtocolFailure {
  /** Such as `TOPIC_ALREADY_EXISTS`. */
  readonly id: string;
  /** Where in the answer, such as `/topics/3`. */
  readonly path: string;
  /** What Kafka says of it. */
  readonly text: string;
  readonly canRetry: boolean;
}

/** All protocol errors inside, in their order. */
export function protocolFailures(error: unknown): readonly ProtocolFailure[] {
  if (error instanceof AggregateError) return error.errors.flatMap(protocolFailures);
  if (!(error instanceof Error)) return [];
  const field = (name: string): unknown => Object.entries(error).find(([key]) => key === name)?.[1];
  const id = field('apiId');
  if (typeof id !== 'string') return error.cause === undefined ? [] : protocolFailures(error.cause);
  const own = field('serverErrorMessage');
  const path = field('path');
  return [
    {
      id,
      path: typeof path === 'string' ? path : '',
      text: typeof own === 'string' && own !== '' ? own : error.message,
      canRetry: field('canRetry') === true,
    },
  ];
}

const loginRefused = new Set(['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE']);

/** `doing`: what was tried, such as `reading the topics`. `topicOf`: the topic that a path in the answer speaks of. */
export function toSluiceError(
  error: unknown,
  doing: string,
  servers: readonly string[],
  topicOf: (path: string) => string | undefined = () => undefined,
): SluiceError {
  if (error instanceof SluiceError) return error;
  const [address = ''] = servers;
  const failures = protocolFailures(error);
  // Of several topics in one request, one that was there already is not what is wrong.
  const failure = failures.find(({ id }) => id !== 'TOPIC_ALREADY_EXISTS') ?? failures[0];
  const fail = (reason: Reason, message: string, retry: 'backoff' | 'terminal' = 'backoff') =>
    new SluiceError(reason, message, { retry, cause: error });
  const codes = codesOf(error);
  if (failures.some(({ id }) => loginRefused.has(id)) || codes.includes('PLT_KFK_AUTHENTICATION')) {
    const why = failure?.text ?? innermost(error);
    return fail(
      reasons.brokerRefusedCredentials,
      `Kafka at ${address} refused the login (${why}): check kafka.external.sasl of the EventBus and the Secret it names.`,
    );
  }
  if (failure?.id.endsWith('_AUTHORIZATION_FAILED')) {
    return fail(
      reasons.brokerRefusedCredentials,
      `Kafka at ${address} does not allow ${doing} (${failure.text}): grant it to the principal that the EventBus logs in with.`,
    );
  }
  if (failure) {
    const topic = topicOf(failure.path);
    const what = topic === undefined ? '' : `Topic ${topic}: `;
    const retry = failure.canRetry ? 'backoff' : 'terminal';
    return fail(
      reasons.topicRefused,
      `${what}Kafka at ${address} refused ${doing}: ${failure.text} (${failure.id}). Change what is declared, or the brokers' settings.`,
      retry,
    );
  }
  if (codes.some((code) => brokerMistrusted.test(code))) {
    return fail(
      reasons.brokerUnreachable,
      `Kafka at ${address} shows a certificate that is not trusted (${innermost(error)}): name its authorities in kafka.external.tls.caSecretRef of the EventBus, and the brokers by the names in it.`,
    );
  }
  const why = innermost(error);
  if (why === closed) {
    return fail(
      reasons.brokerUnreachable,
      `Kafka at ${address} took the connection and closed it, as brokers do that ask for TLS, for a certificate (kafka.external.tls of the EventBus) or for a login (kafka.external.sasl): check those, and that the brokers run.`,
    );
  }
  return fail(
    reasons.brokerUnreachable,
    `Kafka at ${servers.join(', ')} does not answer (${why}): check that the brokers run and that the address is right.`,
  );
}

/** Of all errors inside. */
function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : [];
  return [...own, ...inner, ...codesOf(error.cause)];
}

/** The client's word where the broker says nothing, an alert of TLS 1.3 included. */
const closed = 'Connection closed';
/** Why a certificate is not trusted, in OpenSSL's and Node's names. */
const brokerMistrusted =
  /CERT_IN_CHAIN|SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|^CERT_|ERR_TLS_CERT_ALTNAME/;

/** The one message that says something: the client wraps it in "failed 2 times". */
function innermost(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error) return innermost(error.cause);
  return error instanceof Error ? error.message || error.name : String(error);
}
