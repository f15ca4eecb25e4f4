// `cli.ts build [names…]`, `list`, `refs [--json]`, `load [names…]`, `archive NAME`, `context NAME FOLDER`, `bundle`, `prune`, `crds`.
import { parseArgs } from 'node:util';
import { chooseProvider } from '../provider.ts';
import { prepareContext } from './build.ts';
import { writeBundle } from './bundle.ts';
import { bases, ofSpark, programWorkspaces, runnable } from './catalogue.ts';
import { buildImages, flinkCrdPath, type ImageName, imageNames, imageRefs, images, loadImages } from './index.ts';
import { hasLayout, sizeOf } from './layout.ts';
import { pruneTo } from './prune.ts';

const usage = `Usage: node cluster/src/images/cli.ts COMMAND
  build [NAME…]         build what the cache lacks; by default all but Spark's
  list                  the reference of each image, and its size if it is built
  refs [--json]         the reference of each image
  load [NAME…]          build and load what the cluster that CLUSTER chooses lacks
  archive NAME          build it and print the path of its OCI archive
  context NAME FOLDER   fill FOLDER with what NAME's Containerfile needs, for another builder
  bundle                write the programs' bundles to dist/ of their workspaces
  prune                 remove from the cache what other states of the sources needed
  crds                  print the folder with the Flink operator's CRDs`;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [command, ...operands] = positionals;

try {
  switch (command) {
    case 'build':
      await buildImages(operands.length > 0 ? operands.map(imageName) : undefined);
      break;
    case 'list':
      for (const { ref } of images()) console.log(`${ref}  ${hasLayout(ref) ? megabytes(sizeOf(ref)) : 'not built'}`);
      break;
    case 'refs':
      if (values.json) console.log(JSON.stringify(imageRefs(), null, 2));
      else for (const ref of Object.values(imageRefs())) console.log(ref);
      break;
    case 'load':
      await loadImages(await chooseProvider(), operands.length > 0 ? operands.map(imageName) : undefined);
      break;
    case 'archive': {
      const name = imageName(operands[0]);
      for (const image of images()) if (image.name === name) console.log(await image.build());
      break;
    }
    case 'context':
      await writeContext(operands[0], operands[1]);
      break;
    case 'bundle':
      for (const workspace of programWorkspaces) writeBundle(workspace);
      break;
    case 'prune':
      await pruneTo([...bases, ...runnable, ...ofSpark]);
      break;
    case 'crds':
      console.log(await flinkCrdPath());
      break;
    default:
      console.error(usage);
      process.exitCode = 2;
  }
} catch (error) {
  // What a command, Maven or esbuild said is the message; the stack of this program adds nothing to it.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function imageName(text: string | undefined): ImageName {
  const name = imageNames.find((known) => known === text);
  if (name === undefined) throw new Error(`no image is called ${text}: there are ${imageNames.join(', ')}`);
  return name;
}

async function writeContext(name: string | undefined, folder: string | undefined): Promise<void> {
  const definition = [...bases, ...runnable, ...ofSpark].find((known) => known.name === name);
  if (!definition || folder === undefined) throw new Error(`context needs the name of an image and a folder\n${usage}`);
  await prepareContext(definition, folder);
}
