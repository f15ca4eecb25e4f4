// What is found of a bus, and when to look at it again. A bus changes nothing: its Plan is empty. Pure and total.
import { conditionTypes, credentialsOf, makesPrincipalsOn, reasons } from '../api/index.ts';
import type { Plan, Verdict } from '../plan/index.ts';
import type { BusObserved, Unreachable } from './observe.ts';

/** A bus in order is looked at once in this time to twice this time. */
const probeMs = 30_000;
/** One that is out of order after 1, 2, 4 … s and no later than this. */
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;

export function decideEventBus(observed: BusObserved): Plan {
  return {
    changes: [],
    verdicts: [kafkaVerdict(observed), ...accessVerdict(observed), registryVerdict(observed)],
    requeueAfterMs: observed.failures > 0 ? retryMs(observed.failures) : probeMs + spreadMs(observed),
  };
}

export function retryMs(failures: number): number {
  return Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 16));
}

/** By the bus's uid, so that many buses are not all asked in the same second. */
function spreadMs({ bus }: BusObserved): number {
  return Number.parseInt(bus.metadata.uid?.slice(0, 8) ?? '', 16) % probeMs || 0;
}

function kafkaVerdict({ kafka, bus }: BusObserved): Verdict {
  const type = conditionTypes.kafkaReachable;
  if (kafka.state === 'unreachable') return unreachable(type, kafka);
  const message = `Kafka at ${bus.spec.kafka.external?.bootstrapServers[0]} answers: cluster ${kafka.cluster.clusterId}.`;
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
function accessVerdict({ bus }: BusObserved): readonly Verdict[] {
  if (bus.spec.kafka.strimzi || credentialsOf(bus.spec) !== 'Managed' || makesPrincipalsOn(bus.spec)) return [];
  const message = `EventBus ${bus.metadata.name}: Sluice makes logins of SCRAM-SHA-512 alone, and by that the operator must log in, too: set kafka.external.sasl so, or give the services their logins and set spec.access.credentials: Provided.`;
  const type = conditionTypes.accessGranted;
  return [{ type, status: 'False', reason: reasons.notSupported, message, effect: 'stalled' }];
}

function unreachable(type: Verdict['type'], { reason, message, retry }: Unreachable): Verdict {
  return { type, status: 'False', reason, message, effect: retry === 'terminal' ? 'stalled' : 'waiting' };
}
