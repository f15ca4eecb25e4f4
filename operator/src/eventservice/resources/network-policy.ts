// Who may reach a service's pods, of whatever version, and whom they may reach, where the spec asks for such limits.
import { type EventService, labels } from '../../api/index.ts';
import type { BusClientSettings } from '../../bus/index.ts';
import type { NetworkPolicy, NetworkPolicyRule } from './kinds.ts';
import { childMetadata } from './labels.ts';

type Ports = NonNullable<NetworkPolicyRule['ports']>;

/** Undefined when the user asks for none. */
export function renderNetworkPolicy(service: EventService, settings: BusClientSettings): NetworkPolicy | undefined {
  const { networkPolicy } = service.spec;
  if (!networkPolicy) return undefined;
  const { from, additionalIngress = [], egress, additionalEgress = [] } = networkPolicy;
  const ports = portsOf(service);
  // A rule without ports would open all of them.
  const declared =
    ports.length === 0 ? [] : [{ ports, ...(from === 'Namespace' ? { from: [{ podSelector: {} }] } : {}) }];
  const isLimited = egress === 'Declared';
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: childMetadata(service, service.metadata.name),
    spec: {
      podSelector: { matchLabels: { [labels.service]: service.metadata.name } },
      policyTypes: isLimited ? ['Ingress', 'Egress'] : ['Ingress'],
      ingress: [...declared, ...additionalIngress],
      ...(isLimited ? { egress: [{ ports: dns }, ...busRules(settings), ...additionalEgress] } : {}),
    },
  };
}

const dns: Ports = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
];

/** A policy is about pods, so what the Service's ports lead to. */
function portsOf({ spec }: EventService): Ports {
  const found = new Map(
    (spec.service?.ports ?? []).map(({ port, targetPort, protocol }) => {
      const target = targetPort ?? port;
      return [`${target}/${protocol}`, { port: target, protocol }] as const;
    }),
  );
  return [...found.values()];
}

/** By port alone: a policy knows addresses and no names, and those of brokers and registries change. */
function busRules({ bootstrapServers, registryUrl }: BusClientSettings): readonly NetworkPolicyRule[] {
  const found = new Set([
    ...bootstrapServers.map((server) => Number(server.slice(server.lastIndexOf(':') + 1))),
    ...(registryUrl === undefined ? [] : [portOf(new URL(registryUrl))]),
  ]);
  const ports = [...found].sort((a, b) => a - b).map((port) => ({ port, protocol: 'TCP' }));
  return ports.length === 0 ? [] : [{ ports }];
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
