// The limit: the same topics by Admin calls alone, without an operator, one call a topic and many in a call.
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';

/** Seconds until the brokers have answered. */
export interface RawLife {
  readonly topics: number;
  readonly way: 'one a call' | 'many a call';
  readonly createSeconds: number;
  readonly alterSeconds: number;
  readonly deleteSeconds: number;
}

const manyInACall = 500;

export async function runRaw(
  bootstrapServers: readonly string[],
  topics: number,
  way: RawLife['way'],
): Promise<RawLife> {
  const admin = new Admin({
    clientId: 'raw',
    bootstrapBrokers: [...bootstrapServers],
    retries: 0,
    autocreateTopics: false,
  });
  const prefix = way === 'one a call' ? 'raw-one' : 'raw-many';
  const names = Array.from({ length: topics }, (_, at) => `${prefix}-${topics}.${at}`);
  const perCall = way === 'one a call' ? 1 : manyInACall;
  const secondsOf = async (call: (names: string[]) => Promise<unknown>) => {
    const startedAt = performance.now();
    for (let from = 0; from < names.length; from += perCall) await call(names.slice(from, from + perCall));
    return (performance.now() - startedAt) / 1000;
  };
  try {
    // Connected before the clock starts, as an operator is.
    await admin.metadata({ topics: [], forceUpdate: true });
    const configs = [{ name: 'retention.ms', value: '86400000' }];
    const createSeconds = await secondsOf((some) =>
      admin.createTopics({ topics: some, partitions: 1, replicas: 1, configs }),
    );
    const alterSeconds = await secondsOf((some) =>
      admin.incrementalAlterConfigs({ resources: some.map((resourceName) => alteration(resourceName)) }),
    );
    const deleteSeconds = await secondsOf((some) => admin.deleteTopics({ topics: some }));
    return { topics, way, createSeconds, alterSeconds, deleteSeconds };
  } finally {
    await admin.close();
  }
}

function alteration(resourceName: string) {
  const configOperation = IncrementalAlterConfigOperationTypes.SET;
  const configs = [{ name: 'retention.ms', configOperation, value: '172800000' }];
  return { resourceType: ConfigResourceTypes.TOPIC, resourceName, configs };
}
