// Test support: what every back end keeps to, run over each of them.
import { describe, expect, test } from 'vitest';
import type { StreamJob } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { type Engine, isRefusal, type JobInputs } from '../engine.ts';

export interface ContractCase {
  readonly engine: Engine;
  /** A job that the back end runs, and what it is rendered from. */
  readonly job: StreamJob;
  readonly inputs: JobInputs;
  /** The job begins anew each time. */
  readonly keepsNothing?: boolean;
  /** A job of this engine that it does not run. */
  readonly refused: StreamJob;
}

export function engineContract(
  name: string,
  { engine, job, inputs, refused, keepsNothing = false }: ContractCase,
): void {
  const rendered = () => {
    const result = engine.render(job, inputs, 'image:1');
    if (isRefusal(result)) throw new Error(result.message);
    return result;
  };
  const metadata = { name: job.metadata.name, namespace: 'shop', uid: 'u', generation: 1 };

  describe(`the ${name} engine`, () => {
    test('renders the same of the same', () => {
      expect(engine.refusalOf(job)).toBeUndefined();
      expect(rendered()).toEqual(rendered());
    });

    test('names the scripts by their content, and mounts them by that name', () => {
      const { configMap, spec } = rendered();
      expect(engine.mountedConfigMap(spec)).toBe(configMap.metadata.name);
      const [read, ...others] = inputs.reads;
      const schema = read?.schema.replace('"string"', '"int"') ?? '';
      const changed = engine.render(
        job,
        { ...inputs, reads: [{ topic: read?.topic ?? '', schema }, ...others] },
        'image:1',
      );
      expect(isRefusal(changed) || changed.configMap.metadata.name).not.toBe(configMap.metadata.name);
    });

    test('keeps no credential and no image but the one it is given', () => {
      expect(JSON.stringify(rendered().spec)).toContain('image:1');
      expect(JSON.stringify(rendered())).not.toMatch(/password|secret/i);
    });

    test('reads a spec back from its JSON, and nothing else', () => {
      const { spec } = rendered();
      expect(engine.parseSpec(JSON.stringify(spec))).toEqual(spec);
      for (const text of ['', 'null', '7', '{}', '[]', '"spec"']) expect(engine.parseSpec(text)).toBeUndefined();
    });

    test('suspends and resumes without another trace in the object', () => {
      const { spec } = rendered();
      const runs = engine.toObject(metadata, spec, { isSuspended: false });
      const stopped = engine.toObject(metadata, spec, { isSuspended: true });
      expect(stopped).not.toEqual(runs);
      expect(engine.toObject(metadata, spec, { isSuspended: false })).toEqual(runs);
      expect(runs.kind).toBe(engine.resource.kind);
    });

    test(keepsNothing ? 'begins from no place' : 'carries the place to begin from', () => {
      const { spec } = rendered();
      const started = JSON.stringify(engine.startingFrom(spec, 's3://bucket/savepoint'));
      if (keepsNothing) expect(started).toBe(JSON.stringify(spec));
      else expect(started).toContain('s3://bucket/savepoint');
    });

    const { restores } = engine;
    if (restores) {
      test('tells where a version begins, and reads back where it was made to', () => {
        const { spec } = rendered();
        expect(restores.beginningOf(spec)).toBeUndefined();
        expect(restores.beginningOf(engine.startingFrom(spec, 's3://bucket/point'))).toBe('s3://bucket/point');
        const told = (onUpgrade: 'Savepoint' | 'LastCheckpoint' | 'Discard') => {
          const next = { ...job, spec: { ...job.spec, state: { ...job.spec.state, onUpgrade } } } as StreamJob;
          const result = engine.render(next, inputs, 'image:1');
          return isRefusal(result) ? result.message : restores.stateOf(result.spec);
        };
        expect(told('Savepoint')).toBe('Savepoint');
        expect(told('LastCheckpoint')).toBe('LastCheckpoint');
        expect(told('Discard')).toBe('Nothing');
      });
    }

    const { loginFiles } = engine;
    if (loginFiles) {
      test('mounts a login by name, and holds it nowhere but in its files', () => {
        const login = { user: 'shop.fraud.job.a', password: 'derived' };
        const security = {
          protocol: 'SASL_SSL',
          mechanism: 'SCRAM-SHA-512',
          secret: 'the-login',
          loginVersion: '3',
        } as const;
        const result = engine.render(job, { ...inputs, bus: { ...inputs.bus, security } }, 'image:1');
        expect(JSON.stringify(loginFiles(login))).toContain(login.password);
        expect(JSON.stringify(result)).toContain('the-login');
        expect(JSON.stringify(result)).not.toContain(login.password);
      });
    }

    test('takes what nobody has reported on for pending, not yet in force, and says whom to look for', () => {
      const live = engine.toObject(metadata, rendered().spec, { isSuspended: false });
      const seen = engine.observe(live, []);
      expect(seen).toMatchObject({ state: 'Pending', effect: 'waiting', isCurrent: false });
      expect(seen.message).toContain(job.metadata.name);
    });

    test('refuses what it does not run with a field and a way out', () => {
      const refusal = engine.refusalOf(refused);
      expect(refusal?.message).toMatch(/spec\.\S+: .+: .+\.$/);
    });

    test('refuses a schema that is none, without throwing', () => {
      const [read] = inputs.reads;
      const result = engine.render(job, { ...inputs, reads: [{ topic: read?.topic ?? '', schema: '{' }] }, 'image:1');
      expect(isRefusal(result) && result.reason).toBe('SchemaInvalid');
    });

    test('lets a deletion take its course until it has begun', () => {
      const live: KubeObject & { readonly spec: unknown } = engine.toObject(metadata, rendered().spec, {
        isSuspended: false,
      });
      expect(engine.isDeletionStuck(live, new Date('2100-01-01T00:00:00Z'))).toBe(false);
    });
  });
}
