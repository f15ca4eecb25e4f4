// What is said of the running version and of the newest: WorkloadAvailable and ReleaseHealthy. Pure.
import { conditionTypes, type EventService, reasons } from '../api/index.ts';
import type { Verdict } from '../plan/index.ts';
import { keyOf } from '../runtime/index.ts';
import { isOwn } from './conflict.ts';
import type { Observed } from './observe.ts';
import { isSameVersion, templateInForce } from './resources/deployment.ts';
import type { Deployment } from './resources/kinds.ts';
import { activeColourOf, deploymentName } from './resources/labels.ts';
import type { Version } from './resources/pod-template.ts';
import { revisionOf } from './revision.ts';
import { workloadStatus } from './workload-status.ts';

/** `blocker`: what keeps this spec from taking over; the running version is judged all the same. */
export function workloadVerdict(observed: Observed, blocker: Verdict | undefined): Verdict {
  const live = ownDeployment(observed);
  if (live) return withMonitoring(observed, workloadStatus({ ...observed, deployment: live }).available);
  const absent = { type: conditionTypes.workloadAvailable, status: 'False' } as const;
  if (!blocker) {
    const message = `Deployment ${nameOf(observed.object)} is not there yet.`;
    return { ...absent, reason: reasons.progressing, message, effect: 'waiting' };
  }
  const { reason, message, effect } = blocker;
  return { ...absent, reason, message: `Nothing runs yet: ${message}`, ...(effect ? { effect } : {}) };
}

/** `version`: what the spec asks for; undefined while the bus cannot be used, then the user's part of it is compared. */
export function releaseVerdict(
  observed: Observed,
  version: Version | undefined,
  blocker: Verdict | undefined,
): Verdict {
  const live = ownDeployment(observed);
  if (live && isInForce(observed.object, live, version)) {
    return workloadStatus({ ...observed, deployment: live }).release;
  }
  const waiting = { type: conditionTypes.releaseHealthy, status: 'Unknown' } as const;
  // The blocker says on its own condition what it means for the whole.
  if (blocker) return { ...waiting, reason: blocker.reason, message: `This version waits: ${blocker.message}` };
  const message = `Deployment ${nameOf(observed.object)} does not have this version yet.`;
  return { ...waiting, reason: reasons.progressing, message, effect: 'waiting' };
}

/** What is not there blocks nothing, and must be seen by who asked for it. */
function withMonitoring({ object, hasServiceMonitors }: Observed, verdict: Verdict): Verdict {
  if (!object.spec.monitoring || hasServiceMonitors) return verdict;
  const message = `${verdict.message} It is not scraped: the API server knows no ServiceMonitor of monitoring.coreos.com/v1, or Sluice is not granted it; install the Prometheus Operator, or remove spec.monitoring.`;
  return { ...verdict, message };
}

export function ownDeployment({ object, deployment }: Observed): Deployment | undefined {
  return deployment && isOwn(object, deployment) ? deployment : undefined;
}

function isInForce(service: EventService, live: Deployment, version: Version | undefined): boolean {
  const inForce = templateInForce(live)?.version;
  if (!inForce) return false;
  return version ? isSameVersion(inForce, version) : inForce.revision === revisionOf(service);
}

function nameOf(service: EventService): string {
  return keyOf({ namespace: service.metadata.namespace, name: deploymentName(service, activeColourOf(service)) });
}
