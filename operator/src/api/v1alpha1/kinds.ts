// The three kinds as the API server is told of them: names, columns, subresources and schemas.
import Type, { type TSchema } from 'typebox';
import { node, type Rule } from '../schema.ts';
import { EventBusSpecSchema, EventBusStatusSchema } from './event-bus.ts';
import { EventServiceSpecSchema, EventServiceStatusSchema } from './event-service.ts';
import { group, type KindDescriptor, version } from './group.ts';
import { StreamJobSpecSchema, StreamJobStatusSchema } from './stream-job.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly jsonPath: string;
  readonly description?: string;
  /** 1: shown with `-o wide` alone. */
  readonly priority?: number;
}

/** Everything a CustomResourceDefinition is made of. */
export interface Kind {
  readonly descriptor: KindDescriptor;
  readonly singular: string;
  readonly shortName: string;
  readonly columns: readonly PrinterColumn[];
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector: string };
  readonly schema: TSchema;
}

export const eventBusKind = {
  group,
  version,
  kind: 'EventBus',
  plural: 'eventbuses',
  namespaced: true,
} as const satisfies KindDescriptor;

export const eventServiceKind = {
  group,
  version,
  kind: 'EventService',
  plural: 'eventservices',
  namespaced: true,
} as const satisfies KindDescriptor;

export const streamJobKind = {
  group,
  version,
  kind: 'StreamJob',
  plural: 'streamjobs',
  namespaced: true,
} as const satisfies KindDescriptor;

const conditionPath = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;
const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const readyColumns: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: conditionPath('status') },
  { name: 'Reason', type: 'string', jsonPath: conditionPath('reason') },
];
const message: PrinterColumn = { name: 'Message', type: 'string', jsonPath: conditionPath('message'), priority: 1 };

/** Names become labels and names of Services, so they are DNS labels; the length leaves room for our suffixes. */
function nameRule(kind: string, maxLength: number, why: string): Rule {
  return {
    id: 'name',
    rule: `size(self.metadata.name) <= ${maxLength} && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')`,
    message: `metadata.name of ${kind} has at most ${maxLength} characters (${why}), lower-case letters, digits and "-", a letter first: choose such a name.`,
  };
}

function root(spec: TSchema, status: TSchema, description: string, rule: Rule): TSchema {
  return Type.Object(
    {
      apiVersion: Type.Optional(Type.String()),
      kind: Type.Optional(Type.String()),
      metadata: Type.Optional(Type.Unsafe({ type: 'object' })),
      spec,
      status: Type.Optional(status),
    },
    node({ description, rules: [rule] }),
  );
}

export const kinds: readonly Kind[] = [
  {
    descriptor: eventBusKind,
    singular: 'eventbus',
    shortName: 'ebus',
    columns: [
      ...readyColumns,
      { name: 'Kafka', type: 'string', jsonPath: '.status.kafkaVersion' },
      message,
      { name: 'Bootstrap', type: 'string', jsonPath: '.status.bootstrapServers[0]', priority: 1 },
      age,
    ],
    schema: root(
      EventBusSpecSchema,
      EventBusStatusSchema,
      'A Kafka cluster and a schema registry that services and jobs live on, and within what limits.',
      nameRule('an EventBus', 63, 'it becomes a label'),
    ),
  },
  {
    descriptor: eventServiceKind,
    singular: 'eventservice',
    shortName: 'esvc',
    columns: [
      ...readyColumns,
      { name: 'Bus', type: 'string', jsonPath: '.spec.bus.name' },
      { name: 'Replicas', type: 'integer', jsonPath: '.status.replicas' },
      { name: 'Release', type: 'string', jsonPath: '.status.release.phase' },
      message,
      age,
    ],
    scale: { spec: '.spec.replicas', status: '.status.replicas', selector: '.status.selector' },
    schema: root(
      EventServiceSpecSchema,
      EventServiceStatusSchema,
      'A workload, the events it speaks, and how a new version of it takes over.',
      nameRule('an EventService', 52, 'suffixes are added'),
    ),
  },
  {
    descriptor: streamJobKind,
    singular: 'streamjob',
    shortName: 'sjob',
    columns: [
      ...readyColumns,
      { name: 'Bus', type: 'string', jsonPath: '.spec.bus.name' },
      { name: 'Engine', type: 'string', jsonPath: '.spec.engine' },
      { name: 'State', type: 'string', jsonPath: '.status.job.state' },
      message,
      { name: 'RestorePoint', type: 'date', jsonPath: '.status.restorePoint.takenAt', priority: 1 },
      age,
    ],
    schema: root(
      StreamJobSpecSchema,
      StreamJobStatusSchema,
      'A streaming or batch job on topics, written once for every engine.',
      nameRule('a StreamJob', 45, 'the Flink operator allows no more'),
    ),
  },
];
