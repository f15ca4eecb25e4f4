// How an error becomes an answer: 400 with the fields that do not fit, 503 when trying again may help, else 500.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { retryOf } from '../errors.ts';

/** One field that was refused. `field` is its path, such as `items.0.quantity`, or the part of the request. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** What a route throws for a request that the schema lets pass and the domain does not. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly fields: readonly FieldProblem[];

  constructor(fields: readonly FieldProblem[]) {
    super('the request does not fit');
    this.fields = fields;
  }
}

const RETRY_AFTER_SECONDS = 2;

export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RequestRefused) return refuse(reply, error.fields);
  if ('validation' in error && error.validation) {
    const part = error.validationContext ?? 'request';
    return refuse(
      reply,
      error.validation.map(({ instancePath, params, keyword, message }) => {
        // A missing or surplus field is told by its parent, which is where the path ends.
        const name = params['missingProperty'] ?? params['additionalProperty'];
        const path = [...instancePath.split('/').slice(1), ...(typeof name === 'string' ? [name] : [])].join('.');
        return { field: path || part, message: fieldMessage(keyword, message) };
      }),
    );
  }
  if ('statusCode' in error && error.statusCode !== undefined && error.statusCode < 500) {
    return reply.code(error.statusCode).send({ error: error.code, message: error.message });
  }
  if (retryOf(error) === 'backoff') {
    request.log.warn({ error }, 'cannot answer now');
    return reply
      .code(503)
      .header('retry-after', String(RETRY_AFTER_SECONDS))
      .send({
        error: 'Unavailable',
        message: `Not done, or not known to be done: try again in ${RETRY_AFTER_SECONDS} s.`,
      });
  }
  request.log.error({ error }, 'cannot answer');
  return reply.code(500).send({ error: 'Internal', message: 'The service failed; its log says why.' });
}

function refuse(reply: FastifyReply, fields: readonly FieldProblem[]): FastifyReply {
  return reply.code(400).send({ error: 'Invalid', message: 'Some fields do not fit.', fields });
}

function fieldMessage(keyword: string, message: string | undefined): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not a field of this request';
  return message ?? 'does not fit';
}
