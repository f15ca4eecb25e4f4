// GET /notifications, of one customer or of all.
import type { Parts } from '@sluice/kit';
import Type, { type Static } from 'typebox';
import type { Notifications } from './notifications.ts';

const QuerySchema = Type.Object(
  { customerId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) },
  { additionalProperties: false },
);

export function addRoutes(http: Parts['http'], notifications: Notifications): void {
  http.get<{ Querystring: Static<typeof QuerySchema> }>(
    '/notifications',
    { schema: { querystring: QuerySchema } },
    async (request) => ({ notifications: notifications.list(request.query.customerId) }),
  );
}
