// Chooses by `CLUSTER` the cluster that the commands, the demo and the stories run on.
import { type ClusterProvider, type ProviderName, providerNames } from './cluster-provider.ts';
import { currentProvider } from './current.ts';
import { kindProvider } from './kind.ts';
import { succeeds } from './local/commands.ts';
import { isInstalled } from './local/executables.ts';
import { localProvider } from './local/provider.ts';

const providers: Readonly<Record<ProviderName, ClusterProvider>> = {
  kind: kindProvider,
  local: localProvider,
  current: currentProvider,
};

/** `$CLUSTER`; absent or empty: kind where Docker answers and kind is installed, else local. Throws for any other word. */
export async function chooseProvider(name: string | undefined = process.env['CLUSTER']): Promise<ClusterProvider> {
  if (name === undefined || name === '') return (await canRunKind()) ? kindProvider : localProvider;
  const known = providerNames.find((one) => one === name);
  if (known === undefined) throw new Error(`CLUSTER=${name} is none of ${providerNames.join(', ')}`);
  return providers[known];
}

async function canRunKind(): Promise<boolean> {
  return isInstalled('kind') && (await succeeds('docker', ['info'], { timeoutMs: 10_000 }));
}
