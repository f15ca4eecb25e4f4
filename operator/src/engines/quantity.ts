// Kubernetes quantities as engines want them: a CPU share as a number, memory in whole mebibytes.
import { JobSpecError } from './errors.ts';

const factors: Readonly<Record<string, number>> = {
  m: 0.001,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * The value of a quantity such as `50m`, `1.5` or `1Gi`.
 * @throws JobSpecError `EngineRefused` naming the field
 */
export function parseQuantity(quantity: string | number, field: string): number {
  const [, digits, suffix] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  const factor = suffix === undefined ? undefined : factors[suffix];
  if (digits === undefined || factor === undefined) {
    throw new JobSpecError('EngineRefused', field, `${field} is ${quantity}: write a quantity such as 50m, 1 or 1Gi`);
  }
  return Number(digits) * factor;
}

/** Memory as Flink and Spark write it, whose `m` is a mebibyte. */
export function wholeMebibytes(quantity: string | number, field: string): string {
  return `${Math.floor(parseQuantity(quantity, field) / 2 ** 20)}m`;
}
