// Jars from Maven repositories: Maven resolves, downloads and checks them as the folder's pom.xml says.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from '../debian-packages.ts';
import { output } from '../local/commands.ts';
import { folderInputs } from './key.ts';
import type { Part } from './part.ts';

const timeoutMs = 600_000;

/** Runs the context's own pom.xml, which leaves what it fetched below `target/`. */
export const mavenArtifacts: Part = {
  inputs: () => ({}),
  fetch: async (context) => {
    await maven(join(context, 'pom.xml'), 'package');
  },
};

/**
 * A jar of this repository's own sources. Only compiler and jar run: the test scope alone would fetch a whole Flink,
 * and the tests have a target of their own.
 */
export function mavenJar(project: string, jar: string): Part {
  const sources = join(project, 'src', 'main');
  return {
    inputs: () => ({ texts: folderInputs(sources).texts ?? [], files: sourceFiles(project, sources) }),
    fetch: async (context) => {
      // A copy, so that a build that a developer runs beside this one does not share its target folder.
      const copy = join(context, 'project');
      mkdirSync(copy, { recursive: true });
      cpSync(join(project, 'pom.xml'), join(copy, 'pom.xml'));
      cpSync(sources, join(copy, 'src', 'main'), { recursive: true });
      await maven(join(copy, 'pom.xml'), 'compiler:compile', 'jar:jar');
      cpSync(join(copy, 'target', jar), join(context, jar));
    },
  };
}

async function maven(pom: string, ...goals: readonly string[]): Promise<void> {
  await ensureMaven();
  await output('mvn', ['-q', '-B', '--strict-checksums', '-f', pom, ...goals], { timeoutMs });
}

function sourceFiles(project: string, sources: string): readonly string[] {
  return [join(project, 'pom.xml'), ...(folderInputs(sources).files ?? [])];
}

/** Has Maven and a JDK on the machine. */
export function ensureMaven(): Promise<void> {
  return ensurePackages({ maven: 'mvn', 'default-jdk-headless': 'javac' });
}
