// The port to a schema registry with Confluent's API.
import type { SchemaFormat, SchemaReference } from '../api/index.ts';
import type { SchemaPort, SchemaText } from '../plan/index.ts';

export interface RegistryConnection {
  /** Base URL without a slash at its end, such as `http://registry:8080/apis/ccompat/v7`. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string } | { readonly token: string };
  /** Of an https URL; absent: the system's authorities are trusted. All are PEM. */
  readonly tls?: { readonly ca?: string; readonly certificate?: string; readonly key?: string };
}

/** A schema as a registry holds it. */
export interface StoredSchema {
  /** `Other`: a language that Sluice does not know. */
  readonly format: SchemaFormat | 'Other';
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

export interface RegisteredSchema extends StoredSchema {
  readonly subject: string;
  readonly id: number;
  readonly version: number;
}

/**
 * Every call ends within 10 s and throws a SluiceError: RegistryUnreachable, or what the registry refused in its words.
 * What a registry never changes, which is a schema by its id or by subject and version, is asked for once.
 */
export interface RegistryClient extends SchemaPort {
  /** All subjects that have a version. */
  subjects(): Promise<ReadonlySet<string>>;
  /** The newest version; undefined when there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** All versions that are not deleted, oldest first. */
  versions(subject: string): Promise<readonly RegisteredSchema[]>;
  /** Undefined when it was never there, or is deleted. */
  version(subject: string, version: number): Promise<RegisteredSchema | undefined>;
  /** Deleted softly or not; undefined when no schema ever had the id. */
  schemaById(id: number): Promise<StoredSchema | undefined>;
  /** The version of the subject that is this schema; undefined when it was never registered. */
  lookup(subject: string, schema: SchemaText): Promise<RegisteredSchema | undefined>;
  /** Ids of the schemas that reference that version. Empty where the registry cannot tell: it then refuses by itself. */
  referencedBy(subject: string, version: number): Promise<readonly number[]>;
  /** The registry's own level, such as BACKWARD. */
  globalCompatibility(): Promise<string>;
  /** The level set on the subject itself; undefined when the global one holds. */
  compatibilityOf(subject: string): Promise<string | undefined>;
  /** Judges the schema by the subject's effective level, registering nothing. A subject without versions accepts all. */
  check(subject: string, schema: SchemaText): Promise<CompatibilityCheck>;
  close(): Promise<void>;
}

export interface CompatibilityCheck {
  readonly isCompatible: boolean;
  /** What the registry says of it; many say nothing. No longer than what a condition takes. */
  readonly messages: readonly string[];
}
