// A container's memory parted into the JVM's heap and what is beside it. Pure.
import { JobSpecError } from '../errors.ts';
import { parseQuantity } from '../quantity.ts';

const mebibyte = 2 ** 20;
/** Spark's own minimum (spark.kubernetes.memoryOverheadFactor's floor), which leaves room for Python beside a small heap. */
const leastOverheadMi = 384;
/** Beside a larger heap, Python and buffers take their share too. */
const overheadShare = 0.25;
/** Spark refuses to start with less: 1.5 times the 300 MiB that it reserves (UnifiedMemoryManager). */
const leastHeapMi = 450;

/**
 * Heap and overhead that add up to the container's memory.
 * @throws JobSpecError `EngineRefused` naming the field, where Spark would not start with so little
 */
export function memoryOf(quantity: string | number, field: string): { memory: string; memoryOverhead: string } {
  const total = Math.floor(parseQuantity(quantity, field) / mebibyte);
  const overhead = Math.max(leastOverheadMi, Math.ceil(total * overheadShare));
  const heap = total - overhead;
  if (heap < leastHeapMi) {
    const least = leastHeapMi + leastOverheadMi;
    throw new JobSpecError(
      'EngineRefused',
      field,
      `${field} is ${quantity}, and Spark does not start with less than ${least}Mi: write ${least}Mi or more`,
    );
  }
  return { memory: `${heap}m`, memoryOverhead: `${overhead}m` };
}
