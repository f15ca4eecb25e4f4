// Images in the node's containerd.
import { output, succeeds } from './commands.ts';
import type { StatePaths } from './state.ts';

/** Where the kubelet looks for images. */
const namespace = 'k8s.io';
const importTimeoutMs = 600_000;

export async function isContainerdReady(paths: StatePaths): Promise<boolean> {
  return succeeds('ctr', ['--address', paths.containerdSocket, 'version'], { timeoutMs: 5_000 });
}

/** Whether an image of exactly this name is there: `docker.io/<repository>:<tag>`. */
export async function hasContainerdImage(paths: StatePaths, reference: string): Promise<boolean> {
  const found = await output('ctr', [...inNamespace(paths), 'images', 'list', '--quiet', `name==${reference}`]);
  return found.trim() === reference;
}

/** Takes the images of a docker-archive or oci-archive in and unpacks them. */
export async function importContainerdImage(paths: StatePaths, archivePath: string): Promise<void> {
  await output('ctr', [...inNamespace(paths), 'images', 'import', archivePath], { timeoutMs: importTimeoutMs });
}

export async function tagContainerdImage(paths: StatePaths, reference: string, further: string): Promise<void> {
  await output('ctr', [...inNamespace(paths), 'images', 'tag', '--force', reference, further]);
}

function inNamespace(paths: StatePaths): string[] {
  return ['--address', paths.containerdSocket, '--namespace', namespace];
}
