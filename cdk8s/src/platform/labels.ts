// Labels of the platform's objects, and the hash that rolls pods when their settings change.
import { createHash } from 'node:crypto';

export function labelsOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'platform' };
}

/** Annotation for a pod template: a changed ConfigMap alone changes no pod. */
export function settingsAnnotation(settings: Readonly<Record<string, string>>): Record<string, string> {
  const hash = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12);
  return { 'checksum/settings': hash };
}
