// What more partitions mean for a topic: Kafka places a record by the hash of its key over their number, so the records of a
// key are in two partitions from then on, in no order between them. Whether records have keys no declaration says: where
// somebody may depend on it, the change says so. The same rule for topics that Strimzi manages. Pure.
import type { AddPartitionsChange } from '../plan/index.ts';
import type { LiveTopic } from './admin.ts';
import type { DeclaredTopic } from './topic-rules.ts';

export interface Dependents {
  /** Other resources that read the topic, such as `EventService shop/order`. */
  readonly readers: readonly string[];
  /** The resource that declares it reads it, too. */
  readonly isReadByItself: boolean;
}

/** `Safe` where neither compaction, a schema nor a reader can depend on keys. */
export function growthTold(
  { schema, config }: Pick<DeclaredTopic, 'schema' | 'config'>,
  live: LiveTopic,
  { readers, isReadByItself }: Dependents,
): Pick<AddPartitionsChange, 'risk' | 'reason'> {
  const policy = config?.['cleanup.policy'] ?? live.config['cleanup.policy'] ?? '';
  const who = [...readers, ...(isReadByItself ? ['this resource itself'] : [])];
  const dependents = [
    ...(policy.includes('compact')
      ? ['compaction: the former value of a key stays where it was, beside the new one']
      : []),
    ...(schema ? ['what its schema describes, where its records have keys'] : []),
    ...(who.length > 0 ? [`readers that count on the order of a key or keep state by it (${told(who)})`] : []),
  ];
  if (dependents.length === 0) return { risk: 'Safe', reason: 'more are declared' };
  const reason = `more are declared; from then on the records of a key may go to another partition than before, on which depends ${dependents.join('; and ')}`;
  return { risk: 'Disruptive', reason };
}

/** As many names as a sentence takes. */
function told(names: readonly string[]): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}

const most = 5;
