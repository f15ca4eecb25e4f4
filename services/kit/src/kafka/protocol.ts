// Shapes of the client's fetch API that it does not export by name.
import type { Consumer } from '@platformatic/kafka';

export type FetchRequestTopic = Parameters<Consumer['fetch']>[0]['topics'][number];
export type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
export type FetchResponsePartition = FetchResponse['responses'][number]['partitions'][number];
