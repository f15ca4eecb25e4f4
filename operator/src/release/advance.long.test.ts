import { it } from 'vitest';
import { expectPromises } from './testing/histories.ts';

it('keeps its promises over twenty thousand histories', { timeout: 300_000 }, () => expectPromises(20_000));
