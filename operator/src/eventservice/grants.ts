// What the principal of a service may do. Pure.
import { type EventService, groupOf } from '../api/index.ts';
import type { Grant } from '../plan/index.ts';

/** Exactly what the declarations need: whoever may READ or WRITE a topic may DESCRIBE it, too (KIP-11). */
export function grantsOf(service: EventService): readonly Grant[] {
  const { publishes = [], consumes = [] } = service.spec;
  const literal = { pattern: 'Literal' } as const;
  const all: readonly Grant[] = [
    ...publishes.map(({ topic }) => ({ resource: 'Topic', name: topic, operation: 'Write', ...literal }) as const),
    ...consumes.flatMap((entry) => [
      { resource: 'Topic', name: entry.topic, operation: 'Read', ...literal } as const,
      { resource: 'Group', name: groupOf(service, entry), operation: 'Read', ...literal } as const,
      ...(entry.deadLetter
        ? [{ resource: 'Topic', name: entry.deadLetter.topic, operation: 'Write', ...literal } as const]
        : []),
    ]),
  ];
  return [...new Map(all.map((grant) => [JSON.stringify(grant), grant])).values()];
}
