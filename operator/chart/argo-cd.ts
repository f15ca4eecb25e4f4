// Test support: the scripts for Argo CD, run as it runs them, and the ConfigMap that they are handed to it in. wasmoon is
// Lua's own C sources in WebAssembly: nothing to install, and a VM a script as Argo CD has it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LuaFactory } from 'wasmoon';
import { stringify } from 'yaml';

const folder = join(import.meta.dirname, '..', '..', 'charts', 'argo-cd');
const kinds = ['EventBus', 'EventService', 'StreamJob'] as const;
const kindsWithActions = ['EventService', 'StreamJob'] as const;
export type KindWithActions = (typeof kindsWithActions)[number];

// Argo CD opens base, package and table, and an os that knows the time alone (util/lua/lua.go, without useOpenLibs).
const asArgoCd = `
  string, io, debug, utf8, coroutine, math, require, dofile, loadfile = nil
  os = { date = os.date, time = os.time }
`;

function script(...path: readonly string[]): string {
  return readFileSync(join(folder, ...path), 'utf8');
}

/** What a script makes of a resource; throws what it throws. */
async function run(text: string, resource: object): Promise<unknown> {
  const lua = await new LuaFactory().createEngine();
  try {
    return await lua.doString(`${asArgoCd}\nobj = ${literal(resource)}\n${text}`);
  } finally {
    lua.global.close();
  }
}

export interface Health {
  readonly status: string;
  readonly message: string;
}

export async function healthOf(resource: object): Promise<unknown> {
  return run(script('health.lua'), resource);
}

/** Names of the actions that a person may choose now. */
export async function actionsOf(kind: KindWithActions, resource: object): Promise<readonly string[]> {
  const found = await run(script('actions', kind, 'discovery.lua'), resource);
  return Object.entries(found ?? {})
    .filter(([, action]: readonly [string, { readonly disabled?: boolean }]) => action.disabled !== true)
    .map(([name]) => name)
    .sort();
}

/** The resource as the action leaves it. */
export async function act(kind: KindWithActions, action: string, resource: object): Promise<unknown> {
  return run(script('actions', kind, `${action}.lua`), resource);
}

/** A patch of Argo CD's own ConfigMap. */
export function argoCdConfigMap(): string {
  const health = kinds.map((kind) => [`resource.customizations.health.sluice.dev_${kind}`, script('health.lua')]);
  const actions = kindsWithActions.map((kind) => {
    const text = stringify({
      'discovery.lua': script('actions', kind, 'discovery.lua'),
      definitions: actionNames(kind).map((name) => ({ name, 'action.lua': script('actions', kind, `${name}.lua`) })),
    });
    return [`resource.customizations.actions.sluice.dev_${kind}`, text];
  });
  const header = '# Made by `make golden` of the scripts beside it: kubectl patch configmap argocd-cm --patch-file.\n';
  return `${header}${stringify({ data: Object.fromEntries([...health, ...actions]) }, { lineWidth: 0 })}`;
}

export function actionNames(kind: KindWithActions): readonly string[] {
  return readdirSync(join(folder, 'actions', kind))
    .filter((file) => file !== 'discovery.lua')
    .map((file) => file.replace(/\.lua$/, ''))
    .sort();
}

/** JSON as a Lua table: what Argo CD hands to a script is one, too. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, field]) => `[${JSON.stringify(key)}] = ${literal(field)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}
