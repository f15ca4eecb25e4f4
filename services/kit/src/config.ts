// Settings from the environment, read once at the start into a typed table; nothing else reads `process.env`.
import Type, { type Static, type TObject } from 'typebox';
import Value from 'typebox/value';
import { KitError } from './errors.ts';

/** What every service is told, beside its own settings. */
export const ServiceConfigSchema = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { default: 'info' }),
  SERVICE_BINDING_ROOT: Type.String({ minLength: 1, default: '/bindings' }),
  /** Where the operator tells the role of this pod; absent: nobody does, and all work runs from the start. */
  SLUICE_ROLE_DIRECTORY: Type.Optional(Type.String({ minLength: 1 })),
  /** Longest graceful stop; keep it under the pod's terminationGracePeriodSeconds. */
  STOP_TIMEOUT_MS: Type.Integer({ minimum: 0, default: 25_000 }),
});
export type ServiceConfig = Static<typeof ServiceConfigSchema>;

/**
 * The settings that `schema` names, converted from text; an empty variable counts as absent.
 * @throws KitError `ConfigInvalid` naming every variable that does not fit, never its value: it may be a secret
 */
export function parseConfig<Schema extends TObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Static<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.properties).flatMap((key) => (env[key] ? [[key, env[key]]] : [])),
  );
  const config: unknown = Value.Convert(schema, Value.Default(schema, given));
  if (Value.Check(schema, config)) return config;
  const problems = Value.Errors(schema, config).map(
    (error) => `${error.instancePath.slice(1) || 'environment'} ${error.message}`,
  );
  throw new KitError('ConfigInvalid', `environment: ${problems.join('; ')}`);
}
