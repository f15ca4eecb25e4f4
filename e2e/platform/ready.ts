// Waits for resources to be Ready and tells meanwhile what each of them waits for, in its own words.
import { conditionOf, eventually, isTrue, type Kubectl, type LiveObject } from './kubectl.ts';

const defaultTimeoutMs = 300_000;

/** Resolves when all are Ready for their current generation; the error names those that are not, with their message. */
export async function waitReady(
  kubectl: Kubectl,
  namespace: string,
  resources: readonly string[],
  { timeoutMs = defaultTimeoutMs, tell = console.error }: { timeoutMs?: number; tell?: (line: string) => void } = {},
): Promise<void> {
  const told = new Map<string, string>();
  let waiting: readonly string[] = resources;
  const areReady = async () => {
    const objects = await Promise.all(resources.map((resource) => kubectl.get(namespace, resource)));
    const reports = resources.map((resource, at) => reportOf(resource, objects[at]));
    for (const { resource, line } of reports) {
      if (told.get(resource) !== line) tell(`  ${line}`);
      told.set(resource, line);
    }
    waiting = reports.filter(({ isReady }) => !isReady).map(({ line }) => line);
    return waiting.length === 0;
  };
  try {
    await eventually(`${resources.join(', ')} Ready`, areReady, { timeoutMs });
  } catch (cause) {
    throw new Error(`not Ready after ${timeoutMs / 1000} s:\n  ${waiting.join('\n  ')}`, { cause });
  }
}

function reportOf(resource: string, object: LiveObject | undefined) {
  const isReady = isTrue(object, 'Ready');
  if (isReady) return { resource, isReady, line: `${resource}: Ready` };
  const condition = conditionOf(object, 'Ready');
  const why = condition ? `${condition.reason}: ${condition.message}` : 'no condition yet';
  return { resource, isReady, line: `${resource}: ${why}` };
}
