// Whether a resource may consume a topic: the word of the topic's owner, not of the one that consumes it. Pure.
import type { EventService, Readers, StreamJob } from '../api/index.ts';
import { keyOf } from '../runtime/index.ts';
import { writtenTopics } from './declared.ts';

type Resource = EventService | StreamJob;

/** Why `reader` may not consume the topic of `owner`, with who can change it; undefined when it may. */
export function readRefusal(reader: Resource, topic: string, owner: Resource): string | undefined {
  const { namespace = '' } = reader.metadata;
  const readers = readersOf(owner, topic);
  if (owner.metadata.namespace === namespace || mayRead(readers, namespace)) return undefined;
  return `Topic ${topic} belongs to ${owner.kind} ${keyOf(owner.metadata)}, which lets ${told(readers)} read it and not namespace ${namespace}: its owner can name the namespace in the readers of the topic.`;
}

/** A dead-letter topic has no readers of its own: it is its namespace's. */
function readersOf(owner: Resource, topic: string): Readers {
  return writtenTopics(owner).find((declared) => declared.topic === topic)?.readers ?? { from: 'Same' };
}

function mayRead({ from, namespaces = [] }: Readers, namespace: string): boolean {
  return from === 'All' || (from === 'Named' && namespaces.includes(namespace));
}

function told({ from, namespaces = [] }: Readers): string {
  return from === 'Named' ? `its own namespace and ${namespaces.join(', ')}` : 'its own namespace alone';
}
