// The port to a registry with Confluent's API, over HTTP. Only what Confluent, Apicurio's ccompat v7, Karapace and
// Redpanda all answer alike is used: `verbose` and `normalize` are asked for and not relied on.
import type { SchemaText } from '../plan/index.ts';
import {
  readAnything,
  readCheck,
  readId,
  readLevel,
  readNumbers,
  readRegistered,
  readStored,
  readTexts,
  schemaTypes,
} from './answers.ts';
import { atOnce } from './at-once.ts';
import type { RegisteredSchema, RegistryClient, RegistryConnection, StoredSchema } from './client.ts';
import { RecentlyUsed } from './recently-used.ts';
import { RegistryHttp, registryConnections } from './registry-http.ts';

/** Characters of all schemas that are kept by id, and of those by subject and version. */
const keptCharacters = 16 * 1024 * 1024;
/** A subject that is deleted for good and made anew begins at version 1 again. */
const versionMaxAgeMs = 10 * 60_000;

/** Connects at the first call. */
export function connectRegistry(connection: RegistryConnection): RegistryClient {
  const http = new RegistryHttp(connection);
  const sizeOf = ({ schema }: StoredSchema) => schema.length;
  const byId = new RecentlyUsed<StoredSchema>({ maxSize: keptCharacters, sizeOf });
  const byVersion = new RecentlyUsed<RegisteredSchema>({
    maxSize: keptCharacters,
    sizeOf,
    maxAgeMs: versionMaxAgeMs,
  });
  const at = (subject: string) => `/subjects/${encodeURIComponent(subject)}`;
  const config = (subject: string) => `/config/${encodeURIComponent(subject)}`;
  const version = (subject: string, number: number) => {
    const path = `${at(subject)}/versions/${number}`;
    return byVersion.get(path, () => http.get(path, readRegistered));
  };
  return {
    subjects: async () => new Set((await http.get('/subjects', readTexts)) ?? []),
    latest: (subject) => http.get(`${at(subject)}/versions/latest`, readRegistered),
    versions: async (subject) => {
      const numbers = (await http.get(`${at(subject)}/versions`, readNumbers)) ?? [];
      const found = await atOnce(registryConnections, numbers, (number) => version(subject, number));
      return found.flatMap((each) => each ?? []).sort((a, b) => a.version - b.version);
    },
    version,
    schemaById: (id) => byId.get(String(id), () => http.get(`/schemas/ids/${id}`, readStored)),
    lookup: (subject, schema) => http.send('POST', at(subject), bodyOf(schema), readRegistered),
    referencedBy: async (subject, number) =>
      (await http.get(`${at(subject)}/versions/${number}/referencedby`, readNumbers)) ?? [],
    globalCompatibility: async () => (await http.get('/config', readLevel)) ?? 'NONE',
    compatibilityOf: (subject) => http.get(config(subject), readLevel),
    // 404: no version that it could break.
    check: async (subject, schema) =>
      (await http.send('POST', checkPath(subject), bodyOf(schema), readCheck)) ?? { isCompatible: true, messages: [] },
    setCompatibility: async (subject, level) => {
      await http.send('PUT', config(subject), { compatibility: level }, readAnything);
    },
    registerSchema: async (subject, schema) => {
      const id = await http.send('POST', `${at(subject)}/versions`, bodyOf(schema), readId);
      if (id === undefined) throw http.refused('registering a schema', 404, 'the subject cannot be made');
      return id;
    },
    deleteSubject: async (subject) => {
      await http.send('DELETE', at(subject), undefined, readAnything);
    },
    close: () => http.close(),
  };
}

/** Against all versions that the level demands, which is what the registry itself does at a registration. */
function checkPath(subject: string): string {
  return `/compatibility/subjects/${encodeURIComponent(subject)}/versions?verbose=true`;
}

/** Registries that know Avro alone take no `schemaType`. */
function bodyOf({ format, text, references }: SchemaText): object {
  return {
    schema: text,
    ...(format === 'Avro' ? {} : { schemaType: schemaTypes[format] }),
    ...(references.length === 0 ? {} : { references }),
  };
}
