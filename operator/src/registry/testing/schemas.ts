// Test support: what the decision about schemas is taken from.
import type { DeclaredSchema, SchemasObserved } from '../decide.ts';
import { avroText } from '../schema.ts';

export const orderSchema = '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}';

export function aDeclaredSchema(topic: string, text = orderSchema): DeclaredSchema {
  return {
    topic,
    subject: `${topic}-value`,
    source: { state: 'found', ...avroText(text), from: 'EventService shop/order' },
  };
}

export function aSchemaObservation(over: Partial<SchemasObserved> = {}): SchemasObserved {
  return {
    busName: 'shop/shop',
    declared: [],
    registry: { state: 'available', url: 'http://registry' },
    subjects: new Map(),
    remembered: [],
    level: undefined,
    approved: undefined,
    ...over,
  };
}
