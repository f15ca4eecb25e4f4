// Strimzi's own CRDs, made at set-up by Strimzi's generator from the API that it publishes; nothing of them is ours.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../../src/cache.ts';
import { folderInputs, keyOf } from '../../../src/images/key.ts';
import { mavenArtifacts } from '../../../src/images/maven.ts';
import { output } from '../../../src/local/commands.ts';
import { java25 } from '../../../src/servers/artifacts.ts';

const kinds = {
  'kafkas.yaml': 'kafka.Kafka',
  'kafkanodepools.yaml': 'nodepool.KafkaNodePool',
  'kafkatopics.yaml': 'topic.KafkaTopic',
  'kafkausers.yaml': 'user.KafkaUser',
} as const;

/**
 * Folder with one file per CRD, for `kubectl apply --server-side -f`: they are too large for client-side apply.
 * The first call takes some seconds and Maven's repository, the next ones nothing.
 */
export async function strimziCrdPath(): Promise<string> {
  const source = import.meta.dirname;
  const place = join(cacheDirectory(), 'stand-ins', 'strimzi-crds', keyOf([folderInputs(source)]));
  if (existsSync(place)) return place;
  mkdirSync(dirname(place), { recursive: true });
  const context = mkdtempSync(`${place}.`);
  try {
    cpSync(join(source, 'pom.xml'), join(context, 'pom.xml'));
    await mavenArtifacts.fetch(context);
    const made = join(context, 'crds');
    mkdirSync(made);
    await generate(join(context, 'target', 'libs'), made);
    // Another process may have made the very same meanwhile.
    if (!existsSync(place)) renameSync(made, place);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return place;
}

/** As Strimzi's own build calls its generator. */
async function generate(libraries: string, folder: string): Promise<void> {
  const options = ['--yaml', '--target-kube', '1.30+', '--crd-api-version', 'v1'];
  const labels = ['--label', 'app:strimzi', '--label', 'strimzi.io/crd-install:true'];
  const classes = Object.entries(kinds).map(
    ([file, name]) => `io.strimzi.api.kafka.model.${name}=${join(folder, file)}`,
  );
  const program = ['-cp', join(libraries, '*'), 'io.strimzi.crdgenerator.CrdGenerator'];
  await output(await java25(), [...program, ...options, ...labels, ...classes]);
}
