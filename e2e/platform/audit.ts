// The API server's audit log of the local cluster: who wrote what, one JSON line a request.
import { readFileSync } from 'node:fs';

export interface AuditedWrite {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  /** ISO 8601, when the answer was complete. */
  readonly at: string;
}

interface AuditLine {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly name?: string };
  readonly stageTimestamp: string;
}

const writeVerbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Writes of one user since a moment, in their order. */
export function writesOf(auditLog: string, username: string, since: Date): readonly AuditedWrite[] {
  const writes: AuditedWrite[] = [];
  for (const text of readFileSync(auditLog, 'utf8').split('\n')) {
    if (!text.includes(username)) continue;
    const line: AuditLine = JSON.parse(text);
    if (line.user.username !== username || line.stage !== 'ResponseComplete' || !writeVerbs.has(line.verb)) continue;
    if (new Date(line.stageTimestamp) < since) continue;
    const { resource = '', name = '' } = line.objectRef ?? {};
    writes.push({ verb: line.verb, resource, name, at: line.stageTimestamp });
  }
  return writes;
}
