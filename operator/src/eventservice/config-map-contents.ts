// Whether the content of a ConfigMap that the pods use changed since they were started, which replaces them. What was seen
// is kept on the Deployment, outside its pod template: the first look at a service that runs already rolls nothing. Pure.
import Type from 'typebox';
import Value from 'typebox/value';
import { annotations, type EventService } from '../api/index.ts';
import type { ConfigMap } from '../bus/index.ts';
import { hashOf } from '../runtime/index.ts';
import { templateConfigMaps } from './config-map-references.ts';
import { isSameBase, templateInForce } from './resources/deployment.ts';
import type { Deployment } from './resources/kinds.ts';
import type { VersionBase } from './resources/pod-template.ts';

const ContentsSchema = Type.Record(Type.String(), Type.String());

/** By name, the hash of a ConfigMap's content. */
export type Contents = Readonly<Record<string, string>>;

export interface ContentsDecision {
  /** To be kept on the Deployment. */
  readonly contents: Contents;
  /** Part of the version; undefined: no ConfigMap has a say in it. */
  readonly content: string | undefined;
  /** Names of those that changed under the version in force. */
  readonly changed: readonly string[];
}

/** Content of an optional ConfigMap that is not there: its coming is a change, too. */
const absent = 'absent';

/** 16 hex digits over data and binaryData. Another way of hashing would roll the pods of every service with ConfigMaps. */
export function contentHash(configMap: ConfigMap): string {
  // Cached objects never change, and the same one is looked at in every reconcile.
  const known = hashes.get(configMap);
  if (known !== undefined) return known;
  const { data = {}, binaryData = {} } = configMap;
  const hash = hashOf({ data, binaryData });
  hashes.set(configMap, hash);
  return hash;
}

const hashes = new WeakMap<ConfigMap, string>();

/**
 * `seen`: those ConfigMaps that are there. `base`: the rest of the version. A ConfigMap is compared with what was kept of
 * it under the same base alone: one that is seen for the first time is kept and changes nothing, and neither does one
 * that pods need and that is gone, since new pods could not start.
 */
export function decideContents(
  service: EventService,
  seen: ReadonlyMap<string, string>,
  live: Deployment | undefined,
  base: VersionBase,
): ContentsDecision {
  const inForce = live && templateInForce(live)?.version;
  const isSame = inForce !== undefined && isSameBase(inForce, base);
  const kept = live && isSame ? contentsKept(live) : {};
  const used = service.spec.onConfigChange === 'Restart' ? templateConfigMaps(service) : [];
  const contents: Record<string, string> = {};
  const changed: string[] = [];
  for (const { name, isOptional } of used) {
    const before = kept[name];
    const hash = seen.get(name) ?? (isOptional ? absent : before);
    if (hash === undefined) continue;
    contents[name] = hash;
    if (before !== undefined && before !== hash) changed.push(name);
  }
  if (isSame && changed.length === 0) return { contents, content: inForce.content, changed };
  return { contents, content: used.length === 0 ? undefined : hashOf(contents), changed };
}

/** Empty where the Deployment keeps none or none that can be read: then they are seen for the first time. */
export function contentsKept({ metadata }: Deployment): Contents {
  try {
    const parsed: unknown = JSON.parse(metadata.annotations?.[annotations.configMaps] ?? '{}');
    return Value.Check(ContentsSchema, parsed) ? parsed : {};
  } catch {
    return {};
  }
}
