// Carries a Plan's changes out, in their order. Decides nothing but what the Plan's rules say: a change that waits or
// loses data without approval is held, and the first failure ends the rest.
import { annotations, finalizer } from '../api/index.ts';
import {
  addFinalizer,
  applyIfChanged,
  type Client,
  isConflict,
  isNotFound,
  removeFinalizer,
} from '../runtime/index.ts';
import type { AnnotatePodChange, Change, CreateTopicChange } from './change.ts';
import { approvalHash } from './hash.ts';
import type { Outcome } from './outcome.ts';
import type { AccessPort, ActPorts, GroupPort, SchemaPort, Subject, TopicPort } from './ports.ts';

/**
 * Never rejects: what failed is in the Outcome. `subject` is the resource that is reconciled: its annotation approves,
 * its finalizer is set. Changes of topics that stand together are made together, and the first refusal is told after all
 * were tried.
 */
export async function carryOut(changes: readonly Change[], subject: Subject, ports: ActPorts): Promise<Outcome> {
  const hash = approvalHash(changes);
  const isApproved = hash !== undefined && subject.object.metadata.annotations?.[annotations.approve] === hash;
  const isHeld = (change: Change) => change.waitsFor !== undefined || (change.risk === 'DataLoss' && !isApproved);
  const held = changes.filter(isHeld);
  const done: Change[] = [];
  let current = subject;
  for (const step of stepsOf(changes.filter((change) => !isHeld(change)))) {
    try {
      ports.signal?.throwIfAborted();
      const result = await carryOutStep(step, current, ports);
      if (result.object) current = { ...current, object: result.object };
      if (result.hasChanged) done.push(...step);
    } catch (error) {
      const [change] = step;
      return { done, held, failure: { change, error } };
    }
  }
  return { done, held };
}

type Step = readonly [Change, ...Change[]];

const topicActions: ReadonlySet<Change['action']> = new Set([
  'CreateTopic',
  'AddPartitions',
  'AlterTopicConfig',
  'DeleteTopic',
]);

/** Topics are made, or changed alike, in one step: a thousand of them are one request and not a thousand. */
function stepsOf(changes: readonly Change[]): readonly Step[] {
  const steps: [Change, ...Change[]][] = [];
  for (const change of changes) {
    const last = steps.at(-1);
    if (topicActions.has(change.action) && last?.[0].action === change.action) last.push(change);
    else steps.push([change]);
  }
  return steps;
}

interface StepResult {
  readonly hasChanged: boolean;
  /** The resource itself as it is after its finalizers changed. */
  readonly object?: Subject['object'];
}

async function carryOutStep(step: Step, { resource, object }: Subject, ports: ActPorts): Promise<StepResult> {
  const [change] = step;
  const { client, cache, fieldManager } = ports;
  switch (change.action) {
    case 'Apply': {
      if (change.isWriteOnly) {
        await client.apply(change.resource, change.object, { fieldManager });
        return { hasChanged: true };
      }
      const options = { fieldManager, hashAnnotation: annotations.lastApplied };
      const { outcome } = await applyIfChanged(client, cache, change.resource, change.object, options);
      return { hasChanged: outcome === 'applied' };
    }
    case 'Delete':
      return { hasChanged: await client.delete(change.resource, change.key, { uid: change.uid }) };
    case 'CreateTopic':
    case 'AddPartitions':
    case 'AlterTopicConfig':
    case 'DeleteTopic':
      await changeTopics(step, topicsOf(ports));
      return { hasChanged: true };
    case 'SetCompatibility':
      await schemasOf(ports).setCompatibility(change.subject, change.level);
      return { hasChanged: true };
    case 'RegisterSchema':
      await schemasOf(ports).registerSchema(change.subject, change.schema);
      return { hasChanged: true };
    case 'DeleteSubject':
      await schemasOf(ports).deleteSubject(change.subject);
      return { hasChanged: true };
    case 'PutUser':
      await accessOf(ports).putUser(change.user, change.password);
      return { hasChanged: true };
    case 'DeleteUser':
      await accessOf(ports).deleteUser(change.user);
      return { hasChanged: true };
    case 'GrantAccess':
      await accessOf(ports).grant(change.user, change.grants);
      return { hasChanged: true };
    case 'RevokeAccess':
      await accessOf(ports).revoke(change.acls);
      return { hasChanged: true };
    case 'DenyAccess':
      await accessOf(ports).deny(change.user, change.grants);
      return { hasChanged: true };
    case 'CommitOffsets':
      await groupsOf(ports).commitOffsets(change.group, change.offsets);
      return { hasChanged: true };
    case 'EvictMembers':
      await groupsOf(ports).evictMembers(change.group, change.members);
      return { hasChanged: true };
    case 'AnnotatePod':
      return { hasChanged: await annotatePod(change, client) };
    case 'AddFinalizer':
      return { hasChanged: true, object: await addFinalizer(client, resource, object, finalizer) };
    case 'RemoveFinalizer':
      return { hasChanged: true, object: await removeFinalizer(client, resource, object, finalizer) };
  }
}

async function changeTopics(step: Step, topics: TopicPort): Promise<void> {
  const created = step.filter((change): change is CreateTopicChange => change.action === 'CreateTopic');
  const results = await Promise.allSettled([
    ...(created.length > 0 ? [topics.createTopics(created)] : []),
    ...step.map((change) => changeTopic(change, topics)),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function changeTopic(change: Change, topics: TopicPort): Promise<void> {
  if (change.action === 'AddPartitions') await topics.addPartitions(change.topic, change.to);
  if (change.action === 'DeleteTopic') await topics.deleteTopic(change.topic, change.topicId);
  if (change.action === 'AlterTopicConfig') {
    const entries = Object.entries(change.entries).map(([name, { to }]) => [name, to] as const);
    await topics.alterTopicConfig(change.topic, Object.fromEntries(entries));
  }
}

function topicsOf({ topics }: ActPorts): TopicPort {
  if (!topics) throw new RangeError('the Plan changes a topic, and there is no connection to Kafka to do it with');
  return topics;
}

function schemasOf({ schemas }: ActPorts): SchemaPort {
  if (!schemas) throw new RangeError('the Plan changes a subject, and there is no registry to do it with');
  return schemas;
}

/** False: it is gone, or another of its name is there. */
async function annotatePod({ resource, key, uid, annotations }: AnnotatePodChange, client: Client): Promise<boolean> {
  try {
    await client.patchMerge(resource, key, { metadata: { uid, annotations } });
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return false;
    throw error;
  }
}

function groupsOf({ groups }: ActPorts): GroupPort {
  if (!groups) throw new RangeError('the Plan changes a group, and there is no connection to Kafka to do it with');
  return groups;
}

function accessOf({ access }: ActPorts): AccessPort {
  if (!access)
    throw new RangeError('the Plan changes who may do what, and there is no connection to Kafka to do it with');
  return access;
}
