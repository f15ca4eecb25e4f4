// The shop's Avro schemas in one ConfigMap. Each file lives with who owns it: a service's with the service, a job's here.
import { readFileSync } from 'node:fs';
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';

export const schemasName = 'shop-schemas';

const files = {
  'order-placed.avsc': '../../../services/order/schemas/order-placed.avsc',
  'fraud-alert.avsc': './schemas/fraud-alert.avsc',
  'fraud-alert.notification.avsc': '../../../services/notification/schemas/fraud-alert.avsc',
} as const;
export type SchemaKey = keyof typeof files;

/** The schema's text. */
export function schemaText(key: SchemaKey): string {
  return readFileSync(new URL(files[key], import.meta.url), 'utf8');
}

export function addSchemas(scope: Construct): void {
  const keys: readonly SchemaKey[] = ['order-placed.avsc', 'fraud-alert.avsc', 'fraud-alert.notification.avsc'];
  const data = Object.fromEntries(keys.map((key) => [key, schemaText(key)]));
  new k8s.KubeConfigMap(scope, 'schemas', { metadata: { name: schemasName }, data });
}

/** A schema as the three kinds refer to it. */
export function schemaOf(key: SchemaKey) {
  return { format: 'Avro', configMapKeyRef: { name: schemasName, key } } as const;
}
