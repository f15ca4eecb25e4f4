// Whether the content of a ConfigMap or Secret that the pods use changed since they were started, which replaces them. What
// was seen is kept on the Deployment, outside its pod template: the first look at a service that runs already rolls
// nothing. Pure.
import Type from 'typebox';
import Value from 'typebox/value';
import { annotations, type EventService } from '../api/index.ts';
import type { ConfigMap } from '../bus/index.ts';
import { hashOf, keyOf } from '../runtime/index.ts';
import { templateConfigMaps, templateSecrets } from './config-map-references.ts';
import { isSameBase, templateInForce } from './resources/deployment.ts';
import type { Deployment } from './resources/kinds.ts';
import type { VersionBase } from './resources/pod-template.ts';

const ContentsSchema = Type.Record(Type.String(), Type.String());

/** By name, of Secrets as `Secret/<name>`, the hash of its content. */
export type Contents = Readonly<Record<string, string>>;

export interface ContentsDecision {
  /** To be kept on the Deployment. */
  readonly contents: Contents;
  /** Part of the version; undefined: none has a say in it. */
  readonly content: string | undefined;
  /** Those that changed under the version in force, such as `ConfigMap shop/limits`. */
  readonly changed: readonly string[];
}

/** Content of an optional one that is not there: its coming is a change, too. */
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

/** By name, hashes of those that are there of those that the template uses. */
export interface SeenContents {
  readonly configMaps: ReadonlyMap<string, string>;
  /** Absent: the operator is not granted to read Secrets in the namespace, so none of them counts. */
  readonly secretContents?: ReadonlyMap<string, string> | undefined;
}

/**
 * `base`: the rest of the version. Each is compared with what was kept of it under the same base alone: one that is seen
 * for the first time is kept and changes nothing, and neither does one that pods need and that is gone, since new pods
 * could not start.
 */
export function decideContents(
  service: EventService,
  seen: SeenContents,
  live: Deployment | undefined,
  base: VersionBase,
): ContentsDecision {
  const inForce = live && templateInForce(live)?.version;
  const isSame = inForce !== undefined && isSameBase(inForce, base);
  const kept = live && isSame ? contentsKept(live) : {};
  const used = service.spec.onConfigChange === 'Restart' ? usedContents(service, seen) : [];
  const contents: Record<string, string> = {};
  const changed: string[] = [];
  for (const { key, now, isOptional, told } of used) {
    const before = kept[key];
    const hash = now ?? (isOptional ? absent : before);
    if (hash === undefined) continue;
    contents[key] = hash;
    if (before !== undefined && before !== hash) changed.push(told);
  }
  if (isSame && changed.length === 0) return { contents, content: inForce.content, changed };
  return { contents, content: used.length === 0 ? undefined : hashOf(contents), changed };
}

interface UsedContent {
  /** Under which it is kept; no ConfigMap's name holds a "/". */
  readonly key: string;
  /** Undefined: it is not there. */
  readonly now: string | undefined;
  readonly isOptional: boolean;
  readonly told: string;
}

function usedContents(service: EventService, { configMaps, secretContents }: SeenContents): readonly UsedContent[] {
  const { namespace } = service.metadata;
  const fromConfigMaps = templateConfigMaps(service).map(({ name, isOptional }) => ({
    key: name,
    now: configMaps.get(name),
    isOptional,
    told: `ConfigMap ${keyOf({ namespace, name })}`,
  }));
  if (!secretContents) return fromConfigMaps;
  const fromSecrets = templateSecrets(service).map(({ name, isOptional }) => ({
    key: `Secret/${name}`,
    now: secretContents.get(name),
    isOptional,
    told: `Secret ${keyOf({ namespace, name })}`,
  }));
  return [...fromConfigMaps, ...fromSecrets];
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
