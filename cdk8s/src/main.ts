// The demo's manifests: `node cdk8s/src/main.ts [--images refs.json] [--out dir]`. With a directory one file a chart, whose
// paths are printed in the order to apply them; else all YAML on stdout.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'cdk8s';
import { imagesOf, readImages } from './images.ts';
import { addPlatform } from './platform/index.ts';
import { addShop, addShopNamespace } from './shop/index.ts';
import { synthesize } from './synthesize.ts';

const { values } = parseArgs({ options: { images: { type: 'string' }, out: { type: 'string' } } });
const images = values.images === undefined ? imagesOf() : readImages(values.images);
const app = new App();
addShopNamespace(app);
addPlatform(app, images);
addShop(app, images);
const charts = synthesize(app);

if (values.out === undefined) {
  process.stdout.write([...charts.values()].join('---\n'));
} else {
  mkdirSync(values.out, { recursive: true });
  for (const [id, yaml] of charts) {
    const file = join(values.out, `${id}.yaml`);
    writeFileSync(file, yaml);
    process.stdout.write(`${file}\n`);
  }
}
