// Which objects a caller may list, asked once for all namespaces and then for each that has any.
import type { KubeObject, Resource } from '../runtime/index.ts';
import type { Caller, Guard } from './guard.ts';

/** Reviews that are asked for at once. */
const atOnce = 8;

export async function visibility<T extends KubeObject>(
  guard: Pick<Guard, 'may'>,
  caller: Caller,
  resources: readonly Resource<T>[],
  objects: readonly T[],
  signal: AbortSignal,
): Promise<(object: KubeObject) => boolean> {
  const everywhere = new Set<string>();
  await Promise.all(
    resources.map(async (resource) => {
      if (await guard.may(caller, { verb: 'list', resource }, signal)) everywhere.add(resource.kind);
    }),
  );
  const visible = new Set<string>();
  const asked = new Map(
    objects.filter(({ kind }) => !everywhere.has(kind)).map((object) => [placeOf(object), object] as const),
  );
  const open = asked.entries();
  const ask = async () => {
    for (const [place, { kind, metadata }] of open) {
      const resource = resources.find((each) => each.kind === kind);
      const { namespace = '' } = metadata;
      if (resource && (await guard.may(caller, { verb: 'list', resource, namespace }, signal))) visible.add(place);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return (object) => everywhere.has(object.kind) || visible.has(placeOf(object));
}

function placeOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ''}`;
}
