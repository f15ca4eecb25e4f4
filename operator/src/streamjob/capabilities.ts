// What the engines' operators on this cluster can do, looked up a few times an hour and shared by all jobs.
import type { Engine, EngineCapabilities } from '../engines/index.ts';
import { type Client, defineResource, isForbidden, isNotFound, type KubeObject } from '../runtime/index.ts';

/** Never watched: read by name, where the chart grants it. */
const definitions = defineResource<KubeObject>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

const maxAgeMs = 10 * 60_000;

export class CapabilityReader {
  readonly #known = new Map<string, { readonly at: number; readonly found: EngineCapabilities | undefined }>();
  readonly #clock: () => Date;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** Undefined where it is not installed, may not be read, or tells nothing. */
  async read({ definition }: Engine, client: Pick<Client, 'get'>): Promise<EngineCapabilities | undefined> {
    if (!definition) return undefined;
    const now = this.#clock().getTime();
    const known = this.#known.get(definition.name);
    if (known?.found && now - known.at < maxAgeMs) return known.found;
    const found = await this.#find(definition, client);
    this.#known.set(definition.name, { at: now, found });
    return found;
  }

  async #find(
    { name, read }: NonNullable<Engine['definition']>,
    client: Pick<Client, 'get'>,
  ): Promise<EngineCapabilities | undefined> {
    try {
      const definition = await client.get(definitions, { name });
      return definition && read(definition);
    } catch (error) {
      if (isForbidden(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }
}
