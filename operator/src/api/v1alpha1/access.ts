// Logins of services and jobs: those that people make, as a job names them, and the one that Sluice made.
import Type from 'typebox';
import { text, whole } from '../schema.ts';
import { SecretReferenceSchema } from './references.ts';

export const JobAccessSchema = Type.Object(
  {
    secretRef: Type.Optional(SecretReferenceSchema),
    registrySecretRef: Type.Optional(SecretReferenceSchema),
  },
  {
    description:
      "Logins made by a person. secretRef: of Kafka, where the bus's access.credentials is Provided; on Flink its key jaas.conf is a JAAS file whose KafkaClient section names the connector's own login module. registrySecretRef: of the schema registry, where the bus's asks for one; keys username and password, or token.",
  },
);

export const AccessStatusSchema = Type.Object(
  {
    user: text(255, { description: 'Name of the principal that new pods log in with.' }),
    epoch: whole(0, 2 ** 31 - 1, { description: 'How often the principal was changed.' }),
    former: Type.Optional(text(255, { description: 'Name of the one before, while the brokers know it still.' })),
    fingerprint: Type.Optional(text(64, { description: 'Hash by which its password is told from others.' })),
    rotation: Type.Optional(
      Type.String({ maxLength: 1024, description: 'Value of sluice.dev/rotate that was acted on last.' }),
    ),
    since: Type.String({ format: 'date-time', maxLength: 64, description: 'When the principal was made.' }),
  },
  { description: 'The login that Sluice made.' },
);
