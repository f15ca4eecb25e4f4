// One suffix, one cost: *.test.ts is pure, *.int.test.ts starts real servers, *.long.test.ts does so for minutes,
// e2e/<story>/*.e2e.ts needs a cluster, *.e2e.long.ts needs it for minutes.
import { defineConfig } from 'vitest/config';

const roots = ['operator', 'services', 'cdk8s', 'cluster', 'e2e'];
const ignored = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: roots.map((root) => `${root}/**/*.test.ts`),
          exclude: [...ignored, '**/*.int.test.ts', '**/*.long.test.ts'],
          // They run beside whole clusters: time is then no measure of them.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'int',
          include: roots.map((root) => `${root}/**/*.int.test.ts`),
          globalSetup: ['cluster/src/prepare.ts'],
          exclude: ignored,
          testTimeout: 60_000,
          hookTimeout: 240_000,
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'long',
          include: roots.map((root) => `${root}/**/*.long.test.ts`),
          globalSetup: ['cluster/src/prepare.ts'],
          exclude: ignored,
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['cluster/**/*.e2e.ts'],
          exclude: ignored,
          testTimeout: 240_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          globalSetup: ['e2e/platform/setup.ts'],
          exclude: ignored,
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e-long',
          include: ['e2e/**/*.e2e.long.ts'],
          globalSetup: ['e2e/platform/setup.ts'],
          exclude: ignored,
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
