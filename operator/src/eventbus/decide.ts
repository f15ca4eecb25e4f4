// What is found of a bus, when to look at it again, and on Strimzi what has to be made for it. Pure and total.
import { conditionTypes, credentialsOf, type EventBus, finalizer, makesPrincipalsOn, reasons } from '../api/index.ts';
import { deletingVerdict } from '../bus/index.ts';
import { applyOf, type Change, type Plan, type Verdict } from '../plan/index.ts';
import { hasFinalizer } from '../runtime/index.ts';
import {
  asksForLogin,
  clusterChanges,
  creationRefusal,
  decideRemoval,
  isRemovedWith,
  kafkaUsers,
  loginType,
  operatorUser,
} from '../strimzi/index.ts';
import type { BusObserved, Unreachable } from './observe.ts';
import type { StrimziObserved } from './observe-strimzi.ts';

/** A bus in order is looked at once in this time to twice this time. */
const probeMs = 30_000;
/** One that is out of order after 1, 2, 4 … s and no later than this. */
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;

export function decideEventBus(observed: BusObserved, now: Date): Plan {
  if (observed.bus.metadata.deletionTimestamp !== undefined) return decideDeleting(observed, now);
  return {
    changes: [...finalizerChanges(observed.bus), ...changesOf(observed)],
    verdicts: [kafkaVerdict(observed), ...accessVerdict(observed), registryVerdict(observed)],
    requeueAfterMs: observed.failures > 0 ? retryMs(observed.failures) : probeMs + spreadMs(observed),
  };
}

/** What Sluice made of a cluster stays, unless it was declared to go with the bus. */
function decideDeleting({ bus, removal }: BusObserved, now: Date): Plan {
  const verdicts = [deletingVerdict('its cluster')];
  if (!hasFinalizer(bus, finalizer)) return { changes: [], verdicts: [] };
  const { changes, notices, isDone } = removal ? decideRemoval(bus, removal, now) : retainedUnasked;
  const release: Change = { action: 'RemoveFinalizer', risk: 'Safe', reason: 'nothing is left to clean up' };
  return { changes: [...changes, ...(isDone ? [release] : [])], verdicts, notices, requeueAfterMs: removalAgainMs };
}

const retainedUnasked = { changes: [], notices: [], isDone: true };
/** Topics go one by one, and no watch of the bus tells of them. */
const removalAgainMs = 1_000;

/** A finalizer stands only where there is something to clean up: it must not hold a namespace for nothing. */
function finalizerChanges(bus: EventBus): readonly Change[] {
  if (isRemovedWith(bus) === hasFinalizer(bus, finalizer)) return [];
  return isRemovedWith(bus)
    ? [{ action: 'AddFinalizer', risk: 'Safe', reason: 'its cluster is to be deleted with it' }]
    : [{ action: 'RemoveFinalizer', risk: 'Safe', reason: 'its cluster is not to be deleted with it' }];
}

function changesOf({ bus, strimzi }: BusObserved): readonly Change[] {
  if (!strimzi?.isInstalled) return [];
  if (creationRefusal(bus, strimzi) !== undefined) return [];
  return [...clusterChanges(bus, strimzi), ...userChanges(bus, strimzi)];
}

/** The operator's own login, where the listener asks for one. */
function userChanges(bus: EventBus, { kafka, user }: StrimziObserved): readonly Change[] {
  if (!kafka || !asksForLogin(kafka, bus)) return [];
  return applyOf(kafkaUsers, operatorUser(bus, kafka), user, { reason: 'the operator logs in as it' });
}

export function retryMs(failures: number): number {
  return Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 16));
}

/** By the bus's uid, so that many buses are not all asked in the same second. */
function spreadMs({ bus }: BusObserved): number {
  return Number.parseInt(bus.metadata.uid?.slice(0, 8) ?? '', 16) % probeMs || 0;
}

function kafkaVerdict({ kafka, bus, endpoint }: BusObserved): Verdict {
  const type = conditionTypes.kafkaReachable;
  if (kafka.state === 'unreachable') return unreachable(type, kafka);
  const [address] = (endpoint ?? bus.spec.kafka.external)?.bootstrapServers ?? [];
  const message = `Kafka at ${address} answers: cluster ${kafka.cluster.clusterId}.`;
  return { type, status: 'True', reason: reasons.reachable, message };
}

function registryVerdict({ registry, bus }: BusObserved): Verdict {
  const type = conditionTypes.registryReachable;
  switch (registry.state) {
    case 'unreachable':
      return unreachable(type, registry);
    case 'notConfigured':
      return { type, status: 'True', reason: reasons.notRequired, message: 'The bus names no schema registry.' };
    case 'reachable': {
      const message = `The schema registry at ${bus.spec.schemaRegistry?.url} answers.`;
      return { type, status: 'True', reason: reasons.reachable, message };
    }
  }
}

/** Brokers that ask for a login would refuse services that are given none. */
function accessVerdict({ bus: seen, endpoint }: BusObserved): readonly Verdict[] {
  const bus = { ...seen, status: { ...seen.status, ...endpoint } };
  if (credentialsOf(bus) !== 'Managed' || makesPrincipalsOn(bus)) return [];
  const { strimzi } = bus.spec.kafka;
  // What is not known yet says so in KafkaReachable.
  if (strimzi && !bus.status.listener) return [];
  const message = strimzi
    ? `EventBus ${bus.metadata.name}: listener ${strimzi.listener} asks for no login, so there is nothing to give: name one with ${loginType} in kafka.strimzi.listener, or leave spec.access out.`
    : `EventBus ${bus.metadata.name}: Sluice makes logins of SCRAM-SHA-512 alone, and by that the operator must log in, too: set kafka.external.sasl so, or give the services their logins and set spec.access.credentials: Provided.`;
  const type = conditionTypes.accessGranted;
  return [{ type, status: 'False', reason: reasons.notSupported, message, effect: 'stalled' }];
}

function unreachable(type: Verdict['type'], { reason, message, retry }: Unreachable): Verdict {
  return { type, status: 'False', reason, message, effect: retry === 'terminal' ? 'stalled' : 'waiting' };
}
