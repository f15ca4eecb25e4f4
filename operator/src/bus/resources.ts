// The kinds that the bus layer reads, as the runtime knows them.
import {
  type EventBus,
  type EventService,
  eventBusKind,
  eventServiceKind,
  type StreamJob,
  streamJobKind,
} from '../api/index.ts';
import { defineResource, type KubeObject } from '../runtime/index.ts';

export const eventBuses = defineResource<EventBus>(eventBusKind);
export const eventServices = defineResource<EventService>(eventServiceKind);
export const streamJobs = defineResource<StreamJob>(streamJobKind);

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  /** Base64. */
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** All of them in the watched namespaces: users' ConfigMaps hold schemas. */
export const configMaps = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
});

export interface Secret extends KubeObject {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** Never watched or listed: bindings are written alone, and a bus's logins are read by name. */
export const secrets = defineResource<Secret>({
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
});

/** Never watched: read by name where a bus selects namespaces by label. */
export const namespaces = defineResource<KubeObject>({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
});
