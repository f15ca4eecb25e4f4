// One line when a long step begins and one with its time when it ends; on stderr, so that output can be piped.

/** Runs the step and tells of it. Rethrows what it throws, after saying which step failed. */
export async function step<T>(title: string, run: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  console.error(`… ${title}`);
  try {
    const result = await run();
    console.error(`✓ ${title} (${seconds()})`);
    return result;
  } catch (error) {
    console.error(`✗ ${title} (${seconds()})`);
    throw error;
  }
}
