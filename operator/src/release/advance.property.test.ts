import { it } from 'vitest';
import { expectPromises } from './testing/histories.ts';

it(
  'keeps its promises over a thousand histories: never two readers, no gate skipped, rest on one working colour',
  {
    timeout: 60_000,
  },
  () => expectPromises(1_000),
);
