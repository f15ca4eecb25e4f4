// A job's scripts as the operator renders them, for a Flink beside the test's own broker and registry.
import type { StreamJob } from '../../operator/src/api/index.ts';
import { flinkEngine } from '../../operator/src/engines/flink/index.ts';
import { isRefusal, type JobInputs } from '../../operator/src/engines/index.ts';

/** A local Flink has no configuration of a cluster: transactions end, and offsets are committed, with these. */
const settings = "SET 'execution.checkpointing.interval' = '500 ms';\n";

export function scriptsOf(job: StreamJob, inputs: JobInputs): { readonly tables: string; readonly sql: string } {
  const result = flinkEngine.render(job, inputs, 'image');
  if (isRefusal(result)) throw new Error(result.message);
  const { 'tables.sql': tables = '', 'job.sql': sql = '' } = result.configMap.data ?? {};
  return { tables, sql: settings + sql };
}

export async function registerSchema(url: string, topic: string, schema: string): Promise<void> {
  const response = await fetch(`${url}/subjects/${topic}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  });
  if (!response.ok) throw new Error(`${topic}: ${response.status} ${await response.text()}`);
}
