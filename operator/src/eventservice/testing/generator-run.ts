// Test support: applies random edits to one EventService, one after another, in a real world, holds every one of them to
// what was expected of it, and in the end applies the first spec again and compares what is there with what was.
import assert from 'node:assert/strict';
import { annotations, type Condition, type EventService, modes, reasons } from '../../api/index.ts';
import { eventServices, secrets } from '../../bus/index.ts';
import { connectKafka, type LiveTopics } from '../../kafka/index.ts';
import { connectRegistry } from '../../registry/index.ts';
import { eventually } from '../../runtime/testing/cluster.ts';
import { readEndState } from '../../runtime/testing/end-state.ts';
import { deployments, disruptionBudgets, serviceAccounts, services } from '../resources/kinds.ts';
import {
  type Edit,
  editsOf,
  firstSpec,
  neighbourTopic,
  schemas,
  schemasConfigMap,
  settingsConfigMap,
} from './generator.ts';
import { unaccounted } from './irreversible.ts';
import {
  applyBus,
  applyConfigMap,
  applyService,
  healMs,
  readyPods,
  runPods,
  runPodsUntil,
  serviceNamed,
  type World,
} from './world.ts';

const namespace = 'shop';
const name = 'edited';
const path = `/apis/sluice.dev/v1alpha1/namespaces/${namespace}/eventservices/${name}`;
/** Nothing that an edit brings about waits for anybody else; a machine may be busy. */
const answeredMs = 30_000;

export interface EditCounts {
  /** Valid ones. */
  taken: number;
  /** By the API server. */
  refused: number;
  /** Taken by the API server, and told of in a condition. */
  shown: number;
}

/** The operator runs in the world. Throws with the seed and the edit's number where one is not answered as it should be. */
export async function runEdits(world: World, seed: number, count: number): Promise<EditCounts> {
  const first = await begin(world);
  const toldFrom = world.carriedOut.length;
  const counts: EditCounts = { taken: 0, refused: 0, shown: 0 };
  const edits = editsOf(seed);
  for (let number = 1; number <= count; number++) {
    const edit = edits.next().value;
    try {
      counts[await judge(world, edit)]++;
    } catch (cause) {
      throw new Error(`seed ${seed}, edit ${number}, ${edit.what}: ${String(cause)}`, { cause });
    }
  }
  await end(world, first, toldFrom);
  return counts;
}

async function begin(world: World): Promise<Findings> {
  await applyBus(world);
  await applyConfigMap(world, settingsConfigMap, { LEVEL: 'info' });
  await applyConfigMap(world, schemasConfigMap.name, { [schemasConfigMap.key]: schemas[0] ?? '' });
  await applyService(world, 'neighbour', { replicas: 0, publishes: [{ topic: neighbourTopic }] });
  await runPods(world, 'neighbour');
  await applyService(world, name, firstSpec);
  await runPods(world, name);
  return find(world);
}

async function judge(world: World, edit: Edit): Promise<keyof EditCounts> {
  const { status, body } = await put(world, edit);
  if (status >= 400) {
    assert.notEqual(edit.kind, 'valid', `the API server refuses what is valid: ${JSON.stringify(body)}`);
    assert.ok(status === 400 || status === 422, `refused with ${status}: ${JSON.stringify(body)}`);
    assert.match(JSON.stringify(body), /"message":"[^"]{10}/);
    return 'refused';
  }
  assert.notEqual(edit.kind, 'refused', 'the API server takes what breaks the schema');
  await readyPods(world, name);
  const isPaused = edit.annotations[annotations.mode] === modes.paused;
  let last: EventService | undefined;
  await eventually(
    'it was looked at',
    async () => {
      last = await serviceNamed(world, name);
      const ready = conditionOf(last, ({ type }) => type === 'Ready');
      const isNew = ready?.observedGeneration === last?.metadata.generation;
      assert.notEqual(ready?.reason, reasons.internalError, ready?.message);
      if (!isNew || isPaused !== (ready?.reason === reasons.paused)) return false;
      return edit.kind !== 'shown' || isShown(last, edit.reasons);
    },
    answeredMs,
  ).catch((cause: unknown) => {
    throw new Error(`not answered; its status is ${JSON.stringify(last?.status)}`, { cause });
  });
  return edit.kind === 'shown' ? 'shown' : 'taken';
}

function isShown(service: EventService | undefined, expected: readonly string[]): boolean {
  const found = conditionOf(service, ({ status, reason }) => status !== 'True' && expected.includes(reason));
  const ready = conditionOf(service, ({ type }) => type === 'Ready');
  return found !== undefined && found.message.length > 10 && ready?.status !== 'True';
}

function conditionOf(service: EventService | undefined, matches: (condition: Condition) => boolean) {
  return service?.status?.conditions?.find(matches);
}

/** As an editor saves it: the object as it is now, with another spec and other annotations. */
async function put({ call }: World, { spec, annotations: marks, isApproving }: Edit) {
  for (let attempt = 1; ; attempt++) {
    const { body } = await call(path);
    const { metadata, status, ...rest } = asService(body);
    const hash = status?.plan?.hash;
    const approved = isApproving && hash !== undefined ? { [annotations.approve]: hash } : {};
    const edited = { ...rest, metadata: { ...metadata, annotations: { ...marks, ...approved } }, spec };
    const answer = await call(`${path}?fieldValidation=Strict`, { method: 'PUT', body: edited });
    // The operator wrote in between.
    if (answer.status !== 409 || attempt === 10) return answer;
  }
}

/** What the API server gives under the path of one. */
function asService(body: unknown): EventService {
  return body as EventService;
}

interface Findings {
  readonly children: readonly unknown[];
  readonly topics: LiveTopics;
  readonly rules: readonly string[];
  readonly userCount: number;
  readonly schemas: ReadonlyMap<string, string | undefined>;
}

async function find({ client, kafka, administrator, registry }: World): Promise<Findings> {
  const sasl = administrator && ({ mechanism: 'SCRAM-SHA-512', ...administrator } as const);
  const admin = connectKafka({ bootstrapServers: kafka.bootstrapServers, ...(sasl ? { sasl } : {}) });
  const fromRegistry = connectRegistry({ url: registry.url });
  try {
    const kinds = [deployments, services, disruptionBudgets, serviceAccounts, secrets];
    const objects = await readEndState(client, namespace, kinds);
    const { acls, users } = await admin.describeAccess();
    const ofOurs = (user: string) => user.startsWith(`${namespace}.${name}.`);
    const subjects = [...(await fromRegistry.subjects())];
    return {
      children: objects.map(lasting).filter((child) => JSON.stringify(child).includes(`"name":"${name}`)),
      topics: await admin.describeTopics(),
      // Which of its two users it has depends on how often that was changed.
      rules: acls
        .filter(({ principal }) => ofOurs(principal.replace(/^User:/, '')))
        .map(({ principal: _, ...rule }) => JSON.stringify(rule))
        .toSorted(),
      userCount: [...users].filter(ofOurs).length,
      schemas: new Map(
        await Promise.all(
          subjects.map(async (subject) => [subject, (await fromRegistry.latest(subject))?.schema] as const),
        ),
      ),
    };
  } finally {
    await Promise.all([admin.close(), fromRegistry.close()]);
  }
}

/** Without what counts or hashes how it came about: status, the Deployment's revision, the login's own name. */
function lasting(child: unknown): unknown {
  const text = JSON.stringify(child, (field, value: unknown) =>
    ['status', 'managedFields', 'uid', 'password', 'sasl.jaas.config'].includes(field) ? undefined : value,
  );
  const counted = `"(deployment.kubernetes.io/revision|${annotations.lastApplied}|${annotations.bindings}|username)":"[^"]*",?`;
  const configuration = new RegExp(`(?<=${annotations.configuration}[^0-9a-f]+)[0-9a-f]{8,}`, 'g');
  return JSON.parse(text.replaceAll(new RegExp(counted, 'g'), '').replaceAll(configuration, '').replaceAll(',}', '}'));
}

/** Applies the first spec as at first, approving what that loses, and compares: no more is left than was told of. */
async function end(world: World, first: Findings, toldFrom: number): Promise<void> {
  await put(world, { kind: 'valid', what: 'the first', spec: firstSpec, annotations: {}, isApproving: false });
  await runPodsUntil(world, name, async () => {
    const service = await serviceNamed(world, name);
    const hash = service?.status?.plan?.hash;
    if (hash !== undefined && service?.metadata.annotations?.[annotations.approve] !== hash) {
      const metadata = { annotations: { [annotations.approve]: hash } };
      await world.client.patchMerge(eventServices, { namespace, name }, { metadata });
    }
    return hash === undefined;
  });
  await runPods(world, name, healMs);
  let last: Findings | undefined;
  await runPodsUntil(
    world,
    name,
    async () => {
      last = await find(world);
      return last.userCount === first.userCount;
    },
    healMs,
  );
  const now = last ?? (await find(world));
  assert.deepEqual(now.children, first.children, 'the children are other ones');
  assert.deepEqual(now.rules, first.rules, 'the rules are other ones');
  const told = new Map((await serviceNamed(world, name))?.status?.topics?.map((each) => [each.topic, each.message]));
  assert.deepEqual(unaccounted(first, now, world.carriedOut.slice(toldFrom)), []);
  for (const [topic, { config }] of first.topics) {
    const found = now.topics.get(topic);
    assert.ok(found, `topic ${topic} is gone`);
    for (const setting of Object.keys({ ...config, ...found.config })) {
      if (found.config[setting] === config[setting]) continue;
      // A topic that was retained keeps its settings: declared again, they are another's, told and left.
      const words = told.get(topic) ?? '';
      const isTold = config[setting] === undefined && words.includes(setting);
      assert.ok(isTold, `${setting} of topic ${topic} is ${found.config[setting]}: ${words}`);
    }
  }
}
