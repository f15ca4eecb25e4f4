// Kubernetes' spelling of time.

/** RFC 3339 with six decimals, which Lease and Event demand (metav1.MicroTime). */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
