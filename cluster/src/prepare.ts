// Before all integration tests: what they start is built and fetched, which takes minutes on a new machine and nothing on
// one that has it. A test's own time limit is for the test.
import { sparkCrdPath } from '../stand-ins/spark/crds/fetch.ts';
import { strimziCrdPath } from '../stand-ins/strimzi/crds/generate.ts';
import { flinkCrdPath } from './images/index.ts';
import { binary, toolsDirectory } from './local/binaries.ts';
import { java25, kafkaLibraries, registryApplication } from './servers/artifacts.ts';
import { ensurePostgres } from './servers/postgres.ts';

export default async function prepare(): Promise<void> {
  // Go takes both cores for one command, and fetching takes none: one after the other beside the fetches.
  const built = (async () => {
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const) await binary(name);
    await toolsDirectory();
    await sparkCrdPath();
  })();
  const fetched = [kafkaLibraries(), registryApplication(), java25().then(strimziCrdPath), flinkCrdPath()];
  await Promise.all([built, ...fetched, ensurePostgres()]);
}
