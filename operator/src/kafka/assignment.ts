// What a member of a classic group was assigned, from the bytes that consumers put there (ConsumerProtocolAssignment in
// apache/kafka: clients/src/main/resources/common/message). Pure.

/** By topic. */
export type Partitions = ReadonlyMap<string, readonly number[]>;

/** Undefined: it is not in that form, as with clients of protocol types of their own. None: nothing was assigned yet. */
export function assignedPartitions(bytes: Buffer): Partitions | undefined {
  if (bytes.length === 0) return new Map();
  try {
    const found = new Map<string, readonly number[]>();
    let at = 2;
    const number = () => {
      const value = bytes.readInt32BE(at);
      at += 4;
      return value;
    };
    const topics = number();
    for (let topic = 0; topic < topics; topic++) {
      const length = bytes.readInt16BE(at);
      at += 2;
      const name = bytes.toString('utf8', at, at + length);
      at += length;
      const count = number();
      if (count < 0 || count * 4 > bytes.length - at) return undefined;
      found.set(name, Array.from({ length: count }, number));
    }
    return found;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
