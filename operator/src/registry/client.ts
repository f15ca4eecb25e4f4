// The port to a schema registry with Confluent's API, and its adapter on undici.
import type { SchemaPort } from '../plan/index.ts';

export interface RegistryConnection {
  /** Base URL without a slash at its end, such as `http://registry:8080/apis/ccompat/v7`. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string } | { readonly token: string };
}

export interface RegisteredSchema {
  readonly subject: string;
  readonly id: number;
  readonly version: number;
  readonly schema: string;
}

/** Every call ends within 10 s and throws a SluiceError: RegistryUnreachable, or what the registry refused in its words. */
export interface RegistryClient extends SchemaPort {
  /** All subjects that have a version. */
  subjects(): Promise<ReadonlySet<string>>;
  /** The newest version; undefined when there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** All versions that are not deleted, oldest first. */
  versions(subject: string): Promise<readonly RegisteredSchema[]>;
  /** The version of the subject that is this schema; undefined when it was never registered. */
  lookup(subject: string, schema: string): Promise<RegisteredSchema | undefined>;
  /** The registry's own level, such as BACKWARD. */
  globalCompatibility(): Promise<string>;
  /** The level set on the subject itself; undefined when the global one holds. */
  compatibilityOf(subject: string): Promise<string | undefined>;
  /** Judges the schema by the subject's effective level, registering nothing. A subject without versions accepts all. */
  check(subject: string, schema: string): Promise<CompatibilityCheck>;
  close(): Promise<void>;
}

export interface CompatibilityCheck {
  readonly isCompatible: boolean;
  /** What the registry says of it; many say nothing. */
  readonly messages: readonly string[];
}
