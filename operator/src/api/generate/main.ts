// Writes the generated files; with --verify writes nothing and fails when one is not what would be written.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatedTree } from './files.ts';
import { compare, settle } from './tree.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const { values } = parseArgs({ options: { verify: { type: 'boolean', default: false } } });

const differences = compare(root, generatedTree());
for (const difference of differences) {
  if (values.verify) {
    console.error(difference.message);
    process.exitCode = 1;
  } else {
    settle(root, difference);
    console.log(`${difference.content === undefined ? 'removed' : 'wrote'} ${difference.path}`);
  }
}
