// The images of the platform and of this repository's programs, and what each is made of.
import { join } from 'node:path';
import { bundled } from './bundle.ts';
import { debianRootFileSystem } from './debian.ts';
import { type ImageDefinition, image } from './definition.ts';
import { mavenArtifacts, mavenJar } from './maven.ts';
import { nodeBinary } from './node-binary.ts';
import { pythonPackages } from './pypi.ts';
import { sources } from './sources.ts';

const runners = join(import.meta.dirname, '..', '..', '..', 'runners');

// SLUICE_DEBIAN=pull takes Docker's own Debian image, where its registry can be reached.
const debian =
  process.env['SLUICE_DEBIAN'] === 'pull'
    ? image('debian', { folder: 'debian-pulled' })
    : image('debian', { parts: [debianRootFileSystem] });
const base = image('base', { base: debian });
const jre = image('jre', { base });
const java25 = image('java25', { base, parts: [pythonPackages] });
const node = image('node', { base, parts: [nodeBinary] });
const flinkDist = image('flink-dist', { base: jre, parts: [pythonPackages, mavenArtifacts] });
const sparkDist = image('spark-dist', { base: jre, parts: [pythonPackages, mavenArtifacts] });

const programs = { operator: 'operator', order: 'services/order', notification: 'services/notification' } as const;

/** Workspaces whose `src/main.ts` is bundled. */
export const programWorkspaces: readonly string[] = Object.values(programs);

/** What other images stand on; nothing runs them. */
export const bases: readonly ImageDefinition[] = [debian, base, jre, java25, node, flinkDist, sparkDist];

/** What pods run. */
export const runnable = [
  image('kafka', { base: jre, parts: [mavenArtifacts] }),
  image('registry', { base: java25, parts: [mavenArtifacts] }),
  image('flink', { base: flinkDist, parts: [mavenJar(join(runners, 'flink-sql'), 'sluice-flink-sql.jar')] }),
  image('flink-operator', { base: jre, parts: [mavenArtifacts] }),
  image('operator', { base: node, folder: 'service', parts: [bundled(programs.operator)] }),
  image('order', { base: node, folder: 'service', parts: [bundled(programs.order)] }),
  image('notification', { base: node, folder: 'service', parts: [bundled(programs.notification)] }),
  image('strimzi-stand-in', { base: node, folder: 'service', parts: [bundled('cluster/stand-ins/strimzi')] }),
] as const satisfies readonly ImageDefinition[];

/** What jobs on Spark run. Its gigabyte is built and loaded by whoever has such jobs: the demo has none. */
export const ofSpark = [
  image('spark', {
    base: sparkDist,
    parts: [sources(join(runners, 'spark-sql'), ['spark_sql.py', 'sluice_spark'], 'runner')],
  }),
  image('spark-stand-in', { base: node, folder: 'service', parts: [bundled('cluster/stand-ins/spark')] }),
] as const satisfies readonly ImageDefinition[];
