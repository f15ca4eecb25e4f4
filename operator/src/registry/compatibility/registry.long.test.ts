// The table of evolutions put to a real registry: where it judges otherwise than the specification, it is listed with why.
import { type RegistryServer, startRegistry } from '@sluice/cluster';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RegistryClient } from '../client.ts';
import { connectRegistry } from '../confluent.ts';
import { avroText } from '../schema.ts';
import { evolutionCases } from './cases.ts';
import { findingsOf } from './findings.ts';
import { modelOf } from './model.ts';

/**
 * Of which Apicurio 3.3 says the contrary, in both directions. It asks Avro's Java library, which resolves the bytes below a
 * decimal and does not look at precision and scale; the specification has decimals match only where both are the same.
 */
const disagreements = [
  'a decimal of another precision',
  'a decimal of another scale',
  'a fixed decimal of another scale',
].flatMap((what) => [`BACKWARD ${what}`, `FORWARD ${what}`]);

let server: RegistryServer;
let registry: RegistryClient;
beforeAll(async () => {
  server = await startRegistry();
  registry = connectRegistry({ url: server.url });
});
afterAll(async () => {
  await registry?.close();
  await server?.stop();
});

/** `former` is registered, and `candidate` judged by the level: by us and by the registry. */
async function judge(subject: string, level: string, former: unknown, candidate: unknown) {
  await registry.registerSchema(subject, avroText(JSON.stringify(former)));
  await registry.setCompatibility(subject, level);
  const { isCompatible } = await registry.check(subject, avroText(JSON.stringify(candidate)));
  const ours = findingsOf(level, modelOf(candidate), [{ version: 1, type: modelOf(former) }]).length === 0;
  return { registry: isCompatible, ours };
}

it('judges each evolution in both directions as we do, but for those that are listed', async () => {
  const found: string[] = [];
  const cases = [...evolutionCases.entries()];
  const work = async () => {
    for (let next = cases.shift(); next; next = cases.shift()) {
      const [at, { what, writer, reader }] = next;
      const backward = await judge(`backward-${at}`, 'BACKWARD', writer, reader);
      if (backward.ours !== backward.registry) found.push(`BACKWARD ${what}`);
      const forward = await judge(`forward-${at}`, 'FORWARD', reader, writer);
      if (forward.ours !== forward.registry) found.push(`FORWARD ${what}`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  expect(found.sort()).toEqual(disagreements.sort());
}, 120_000);
