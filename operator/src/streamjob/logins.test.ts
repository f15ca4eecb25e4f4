import { describe, expect, test } from 'vitest';
import { annotations, conditionTypes, finalizer, reasons, type StreamJob } from '../api/index.ts';
import { anEventBus } from '../api/v1alpha1/builders.ts';
import type { BusAccess, BusAvailable, Login } from '../bus/index.ts';
import { fingerprintOf, type LiveAccess } from '../kafka/index.ts';
import type { Change, Plan } from '../plan/index.ts';
import { targetOf } from '../plan/index.ts';
import { decide } from './decide.ts';
import { grantsOf } from './logins.ts';
import type { Observed } from './observe.ts';
import { report } from './report.ts';
import { aBus, aJob, anObserved, carriedOut, reported } from './testing/observed.ts';

const now = new Date('2026-01-01T00:00:00Z');
const bootstrapServers = ['kafka:9094'];
const url = 'http://registry.shop:8080/apis/ccompat/v7';
const scram = { mechanism: 'SCRAM-SHA-512', secretRef: { name: 'admin' } } as const;

function loginOf(epoch: number): Login {
  const [user, other] = epoch % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
  return {
    user: `shop.fraud.job.${user}`,
    other: `shop.fraud.job.${other}`,
    password: `secret-${epoch}`,
    epoch,
    rotation: undefined,
    since: now.toISOString(),
  };
}

/** A bus that logs in by SCRAM, where everything is granted that `live` does not say otherwise of. */
function aSecuredBus(object: StreamJob, live: Partial<LiveAccess>, given: readonly Login[] = []): BusAvailable {
  const access: BusAccess = {
    live: { hasRules: true, acls: [], users: new Set(given.map(({ user }) => user)), ...live },
    given: new Map(given.map((login) => [login.user, fingerprintOf(login)])),
    visibleTo: async () => undefined,
  };
  return aBus(object, {
    bus: anEventBus({ kafka: { external: { bootstrapServers, sasl: scram } }, schemaRegistry: { url } }),
    access,
  });
}

const rulesOf = (object: StreamJob, login: Login) =>
  grantsOf(object).map((grant) => ({ ...grant, principal: `User:${login.user}`, permission: 'Allow', host: '*' }));

const steps = (changes: readonly Change[]) => changes.map((change) => `${change.action} ${targetOf(change)}`);
const verdictOf = ({ verdicts }: Plan, type: string) => verdicts.find((verdict) => verdict.type === type);

/** A job that runs with its first login. */
function running(): Observed {
  const object = aJob();
  const login = loginOf(0);
  const bus = aSecuredBus(object, { acls: rulesOf(object, login) }, [login]);
  let observed = anObserved(object, { bus, login });
  for (let round = 0; round < 3; round++) observed = carriedOut(observed, decide(observed, now).changes);
  observed = reported(observed);
  return carriedOut(observed, decide(observed, now).changes);
}

describe('a job on a bus where Sluice makes the logins', () => {
  test('gets a user, exactly its rules, and the Secret before what mounts it', () => {
    const object = aJob();
    const observed = anObserved(object, { bus: aSecuredBus(object, {}), login: loginOf(0) });
    const plan = decide(observed, now);
    expect(steps(plan.changes)).toEqual([
      expect.stringContaining('AddFinalizer'),
      'PutUser user shop.fraud.job.a',
      'GrantAccess user shop.fraud.job.a',
      'Apply Secret shop/fraud-kafka-a',
      expect.stringMatching(/^Apply ConfigMap/),
      'Apply FlinkDeployment shop/fraud',
    ]);
    expect(verdictOf(plan, conditionTypes.accessGranted)).toMatchObject({ status: 'False', effect: 'waiting' });
  });

  test('keeps its password in the Secret alone', () => {
    const object = aJob();
    const plan = decide(anObserved(object, { bus: aSecuredBus(object, {}), login: loginOf(0) }), now);
    const objects = plan.changes.flatMap((change) => (change.action === 'Apply' ? [change] : []));
    const [secret, ...others] = objects;
    const jaas = Buffer.from(Object(secret?.object).data['jaas.conf'], 'base64').toString();
    expect(jaas).toContain('org.apache.flink.kafka.shaded.org.apache.kafka.common.security.scram.ScramLoginModule');
    expect(jaas).toContain('username="shop.fraud.job.a" password="secret-0"');
    expect(secret?.isWriteOnly).toBe(true);
    expect(JSON.stringify(others)).not.toContain('secret-0');
    expect(JSON.stringify(others)).toContain("'properties.security.protocol' = 'SASL_PLAINTEXT'");
    expect(JSON.stringify(others)).toContain('java.security.auth.login.config=/opt/sluice-logins/kafka/jaas.conf');
  });

  test('is in order with nothing to do once it runs, and tells of its user', () => {
    const observed = running();
    const plan = decide(observed, now);
    expect(plan.changes).toEqual([]);
    expect(verdictOf(plan, conditionTypes.accessGranted)).toMatchObject({ status: 'True', reason: reasons.inSync });
    expect(report(observed, {}, now).access).toMatchObject({ user: 'shop.fraud.job.a', epoch: 0 });
  });

  test('goes over to its other user by a restart, and keeps the former one until the job runs with the new', () => {
    const before = running();
    const [former, next] = [loginOf(0), loginOf(1)];
    const { object } = before;
    const acls = [...rulesOf(object, former), ...rulesOf(object, next)];
    const asked = { ...before, login: next, bus: aSecuredBus(object, { acls }, [former, next]) };
    const plan = decide(asked, now);
    expect(steps(plan.changes)).toEqual(['Apply Secret shop/fraud-kafka-b', 'Apply FlinkDeployment shop/fraud']);
    expect(plan.changes.at(-1)).toMatchObject({ risk: 'Disruptive' });
    const applied = carriedOut(asked, plan.changes);
    expect(steps(decide(applied, now).changes)).toEqual([]);
    const taken = decide(reported(applied), now);
    expect(steps(taken.changes)).toEqual([
      'Apply ConfigMap shop/fraud-stable',
      'RevokeAccess user shop.fraud.job.a',
      'DeleteUser user shop.fraud.job.a',
    ]);
  });

  test('gets its Secret again when its pods wait for it', () => {
    const plan = decide({ ...running(), isSecretMissing: true }, now);
    expect(steps(plan.changes)).toEqual(['Apply Secret shop/fraud-kafka-a']);
  });

  test('takes users and rules with it when it goes', () => {
    const before = running();
    const metadata = { ...before.object.metadata, finalizers: [finalizer], deletionTimestamp: now.toISOString() };
    const object = { ...before.object, metadata };
    const bus = aSecuredBus(object, { acls: rulesOf(object, loginOf(0)) }, [loginOf(0)]);
    const { login: _gone, ...observed } = { ...before, object, bus };
    const first = decide(observed, now);
    expect(steps(first.changes)).toEqual(['Delete FlinkDeployment shop/fraud']);
    const second = decide(carriedOut(observed, first.changes), now);
    expect(steps(second.changes)).toEqual([
      'RevokeAccess user shop.fraud.job.a',
      'DeleteUser user shop.fraud.job.a',
      expect.stringContaining('RemoveFinalizer'),
    ]);
  });
});

describe('what a job is granted', () => {
  test('follows from its tables, and transactions from exactly-once alone', () => {
    const told = (object: StreamJob) =>
      grantsOf(object).map(({ operation, resource, name, pattern }) => `${operation} ${resource} ${name} ${pattern}`);
    expect(told(aJob())).toEqual([
      'Read Topic shop.orders Literal',
      'Read Group shop.fraud Literal',
      'Write Topic shop.fraud-alerts Literal',
    ]);
    const writes = [{ topic: 'shop.audit', as: 'audit', delivery: 'ExactlyOnce' } as const];
    expect(told(aJob({ reads: [], writes }))).toEqual([
      'Write Topic shop.audit Literal',
      'Write TransactionalId shop.fraud. Prefixed',
      'Describe TransactionalId shop.fraud. Prefixed',
    ]);
  });
});

describe('a job on a bus whose logins people make', () => {
  const provided = anEventBus({
    kafka: { external: { bootstrapServers, sasl: { mechanism: 'PLAIN', secretRef: { name: 'admin' } }, tls: {} } },
    access: { credentials: 'Provided' },
    schemaRegistry: { url, auth: { secretRef: { name: 'registry-admin' } } },
  });
  const planOf = (object: StreamJob) => decide(anObserved(object, { bus: aBus(object, { bus: provided }) }), now);
  const given = { secretRef: { name: 'mine' }, registrySecretRef: { name: 'my-registry' } };
  const rotated = { metadata: { annotations: { [annotations.rotate]: '2' } } };

  test('is told of the Secrets that it has to name', () => {
    const says = (object: StreamJob) => verdictOf(planOf(object), conditionTypes.jobRunning)?.message;
    expect(says(aJob())).toContain('spec.access.registrySecretRef');
    expect(says(aJob({ access: { registrySecretRef: { name: 'my-registry' } } }))).toContain('spec.access.secretRef');
  });

  test('mounts what it names, and begins again when their owner says that they changed', () => {
    const text = JSON.stringify(planOf(aJob({ access: given })).changes);
    expect(text).toContain('"secretName":"mine"');
    expect(text).toContain('"secretName":"my-registry"');
    expect(text).toContain("'properties.sasl.mechanism' = 'PLAIN'");
    expect(text).toContain("'properties.security.protocol' = 'SASL_SSL'");
    expect(text).toContain("'avro-confluent.basic-auth.user-info' = '<registry-login>'");
    expect(text).toContain('"--registry-login","/opt/sluice-logins/registry"');
    const inputs = (object: StreamJob) =>
      /"sluice.dev\/inputs":"([^"]+)"/.exec(JSON.stringify(planOf(object).changes))?.[1];
    expect(inputs(aJob({ access: given }, rotated))).not.toBe(inputs(aJob({ access: given })));
  });
});
