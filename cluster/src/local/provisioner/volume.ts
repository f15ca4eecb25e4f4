// What a claim's volume is: a directory on this machine. Pure.
import { join } from 'node:path';
import type { KubeObject } from '../../../../operator/src/runtime/index.ts';

const provisionedBy = 'pv.kubernetes.io/provisioned-by';
/** Set by kube-controller-manager on claims that wait for the provisioner named in it. */
const wantedProvisioner = 'volume.kubernetes.io/storage-provisioner';

export interface Claim extends KubeObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly volumeMode?: string;
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
}

export interface Volume extends KubeObject {
  readonly spec: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly accessModes?: readonly string[];
    readonly storageClassName?: string;
    readonly persistentVolumeReclaimPolicy?: string;
    readonly claimRef?: Readonly<Record<string, string | undefined>>;
    readonly hostPath?: { readonly path: string; readonly type?: string };
  };
  readonly status?: { readonly phase?: string };
}

/** Whether the claim waits for a volume of ours. */
export function isWaiting(claim: Claim, provisioner: string): boolean {
  const { annotations, deletionTimestamp } = claim.metadata;
  return (
    !claim.spec.volumeName &&
    deletionTimestamp === undefined &&
    annotations?.[wantedProvisioner] === provisioner &&
    // A block device is nothing that a directory can be.
    (claim.spec.volumeMode ?? 'Filesystem') === 'Filesystem'
  );
}

/** Whether the volume is ours, its claim is gone, and nothing of it is to be kept. */
export function isDisposable(volume: Volume, provisioner: string): boolean {
  return (
    volume.metadata.annotations?.[provisionedBy] === provisioner &&
    volume.status?.phase === 'Released' &&
    volume.spec.persistentVolumeReclaimPolicy === 'Delete'
  );
}

/** The claim's volume; its name holds the claim's uid, so that making it twice makes one. */
export function volumeFor(claim: Claim, provisioner: string, directory: string): Volume {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const volumeName = `pvc-${uid}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { [provisionedBy]: provisioner } },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.['storage'] ?? '0' },
      accessModes: claim.spec.accessModes ?? [],
      ...(claim.spec.storageClassName === undefined ? {} : { storageClassName: claim.spec.storageClassName }),
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid, resourceVersion },
      hostPath: { path: join(directory, volumeName), type: 'Directory' },
    },
  };
}
