// The operator's own metrics beside the runtime's: what its resources need, read from the cache when it is scraped. Every
// replica tells the same, since all have the cache: dashboards and alerts take the maximum over replicas, never the sum.
import { Gauge } from 'prom-client';
import { eventBuses, eventServices, streamJobs } from '../bus/index.ts';
import type { Manager, Resource } from '../runtime/index.ts';
import { type Counted, conditionStatuses, countResources, risks } from './count.ts';

const kinds: readonly Resource<Counted>[] = [eventBuses, eventServices, streamJobs];

/** Before the manager starts. Nothing is told before the caches have synced: a zero then would end what an alert waits for. */
export function registerResourceMetrics(
  { cache, metrics }: Pick<Manager, 'cache' | 'metrics'>,
  clock: () => Date = () => new Date(),
): void {
  const registers = [metrics.registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name, help, labelNames, registers });
  const resources = gauge('sluice_resources', 'Resources, by kind', ['kind']);
  const conditions = gauge('sluice_condition', 'Resources, by kind and by type and status of a condition', [
    'kind',
    'type',
    'status',
  ]);
  const planChanges = gauge('sluice_plan_changes', 'Changes in status.plan that are not carried out, by risk', [
    'kind',
    'risk',
  ]);
  const topics = gauge(
    'sluice_topics_not_as_declared',
    'Topics whose status says why: drifted, refused, made anew, or left and to be deleted',
    ['kind'],
  );
  const approvals = gauge('sluice_approvals_outstanding', 'Resources that wait for sluice.dev/approve', ['kind']);
  const oldestApproval = gauge(
    'sluice_approval_oldest_seconds',
    'How long the longest of the resources that wait for sluice.dev/approve is stalled',
    ['kind'],
  );
  metrics.onScrape(() => {
    if (!cache.hasAllSynced) return;
    // A condition type that no resource has any more is not told of any more.
    conditions.reset();
    for (const resource of kinds) {
      const { kind } = resource;
      const counts = countResources(cache.list(resource), clock());
      resources.set({ kind }, counts.resources);
      for (const [type, byStatus] of counts.conditions) {
        for (const status of conditionStatuses) conditions.set({ kind, type, status }, byStatus[status]);
      }
      for (const risk of risks) planChanges.set({ kind, risk }, counts.planChanges[risk]);
      topics.set({ kind }, counts.topicsNotAsDeclared);
      approvals.set({ kind }, counts.approvalsOutstanding);
      oldestApproval.set({ kind }, counts.oldestApprovalSeconds);
    }
  });
}
