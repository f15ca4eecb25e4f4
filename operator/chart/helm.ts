// Test support: the chart as helm renders and installs it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binary } from '@sluice/cluster';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
export const chart = join(import.meta.dirname, '..', '..', 'charts', 'sluice');
/** Without a cluster helm does not know a Kubernetes version; this is the one that tests run on. */
const kubeVersion = '1.34.3';

export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Record<string, string>;
  };
  readonly [field: string]: unknown;
}

export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** Runs helm; rejects with what it wrote to stderr. */
export async function helm(...flags: readonly string[]): Promise<string> {
  try {
    return (await run(await binary('helm'), flags, { maxBuffer: 16 * 1024 * 1024, timeout: 120_000 })).stdout;
  } catch (error) {
    throw new Error(error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error));
  }
}

/** The chart's objects with `settings` as for `--set`. */
export function render(...settings: readonly string[]): Promise<readonly Rendered[]> {
  return renderAs({ name: 'sluice', namespace: 'sluice-system' }, ...settings);
}

/** The same, of a release of another name or in another namespace. */
export async function renderAs(
  { name, namespace }: { readonly name: string; readonly namespace: string },
  ...settings: readonly string[]
): Promise<readonly Rendered[]> {
  const output = await helm(
    ...['template', name, chart, '--namespace', namespace, '--kube-version', kubeVersion],
    ...settings.flatMap((setting) => ['--set', setting]),
  );
  return parseAllDocuments(output).flatMap((document): readonly Rendered[] => document.toJS() ?? []);
}

export function rulesOf(object: Rendered): readonly Rule[] {
  // Kinds of rbac.authorization.k8s.io have rules of this shape and others have none.
  return (object['rules'] ?? []) as readonly Rule[];
}
