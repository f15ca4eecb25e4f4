// What every pod of the platform has in common: Pod Security's restricted level, and small, explicit resources.
import { k8s } from 'cdk8s-plus-34';

export interface Needs {
  /** Requested; there is no limit, so that nothing is throttled while a core is idle. */
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
}

export function resources({ cpu, memory, memoryLimit }: Needs): k8s.ResourceRequirements {
  return {
    requests: { cpu: k8s.Quantity.fromString(cpu), memory: k8s.Quantity.fromString(memory) },
    limits: { memory: k8s.Quantity.fromString(memoryLimit) },
  };
}

/** The pod's part; volumes belong to the user's group. */
export function podSecurity(uid: number): k8s.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: uid,
    fsGroup: uid,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

export const containerSecurity: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** A writable /tmp, which the read-only root file system needs for what JVMs unpack and map. */
export const scratch = { volume: { name: 'tmp', emptyDir: {} }, mount: { name: 'tmp', mountPath: '/tmp' } } as const;
