// Which cluster the commands, the demo and the stories run on, chosen by `CLUSTER`.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { currentProvider } from './current.ts';
import { kindProvider } from './kind.ts';
import { succeeds } from './local/commands.ts';
import { localProvider } from './local/provider.ts';

export const providerNames = ['kind', 'local', 'current'] as const;
export type ProviderName = (typeof providerNames)[number];

/** A cluster to run on. */
export interface ClusterProvider {
  readonly name: ProviderName;
  /** Resolves when pods can run; brings up what is not up. */
  up(): Promise<{ readonly kubeconfigPath: string }>;
  /** Removes what `up` made. */
  down(): Promise<void>;
  /** Whether the cluster runs, in a few lines for people. */
  status(): Promise<string>;
  /** Whether pods can use the image without a registry. */
  hasImage(reference: string): Promise<boolean>;
  /** Takes an image in from a docker-archive that holds it under this reference. */
  loadImage(archivePath: string, reference: string): Promise<void>;
}

const providers: Readonly<Record<ProviderName, ClusterProvider>> = {
  kind: kindProvider,
  local: localProvider,
  current: currentProvider,
};

/** `$CLUSTER`; absent: kind where Docker answers and kind is installed, else local. Throws for any other word. */
export async function chooseProvider(name: string | undefined = process.env['CLUSTER']): Promise<ClusterProvider> {
  if (name === undefined || name === '') return (await canRunKind()) ? kindProvider : localProvider;
  const known = providerNames.find((one) => one === name);
  if (known === undefined) throw new Error(`CLUSTER=${name} is none of ${providerNames.join(', ')}`);
  return providers[known];
}

async function canRunKind(): Promise<boolean> {
  const isOnPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((directory) => existsSync(join(directory, 'kind')));
  return isOnPath && (await succeeds('docker', ['info'], { timeoutMs: 10_000 }));
}
