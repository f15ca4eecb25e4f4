// A connection for what any broker answers. The client looks brokers up anew each time it is asked for one, twice: a request
// that takes a millisecond would cost three.
import type { Admin, Connection } from '@platformatic/kafka';

/** One that works is used again; it goes with its client, which is given up whole when a call fails. */
const known = new WeakMap<Admin, Connection>();

/** Rejects when none can be connected to. */
export async function anyBroker(admin: Admin): Promise<Connection> {
  const last = known.get(admin);
  if (last?.isConnected()) return last;
  const { brokers } = await admin.metadata({ topics: [] });
  let failure: unknown = new Error('no broker can be connected to');
  for (const id of brokers.keys()) {
    try {
      const connection = (await admin.connectToBrokers([id])).get(id);
      if (!connection) continue;
      known.set(admin, connection);
      return connection;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
