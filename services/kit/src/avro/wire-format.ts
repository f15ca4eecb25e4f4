// Confluent's wire format: a zero byte, the schema's id in four bytes, then the Avro bytes.
import { KitError } from '../errors.ts';

const MAGIC = 0;
const HEADER_BYTES = 5;

export function frame(schemaId: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(MAGIC, 0);
  header.writeUInt32BE(schemaId, 1);
  return Buffer.concat([header, body]);
}

/** @throws KitError `EventInvalid` when the bytes are not in the format */
export function unframe(value: Buffer): { readonly schemaId: number; readonly body: Buffer } {
  if (value.length < HEADER_BYTES || value.readUInt8(0) !== MAGIC) {
    throw new KitError('EventInvalid', `${value.length} bytes that do not begin with a zero byte and a schema id`);
  }
  return { schemaId: value.readUInt32BE(1), body: value.subarray(HEADER_BYTES) };
}
