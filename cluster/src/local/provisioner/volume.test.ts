import { describe, expect, it } from 'vitest';
import { type Claim, isDisposable, isWaiting, type Volume, volumeFor } from './volume.ts';

const provisioner = 'sluice.dev/host-path';

function aClaim(
  changes: { readonly spec?: Partial<Claim['spec']>; readonly metadata?: Partial<Claim['metadata']> } = {},
): Claim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'data',
      namespace: 'shop',
      uid: 'u1',
      resourceVersion: '7',
      annotations: { 'volume.kubernetes.io/storage-provisioner': provisioner },
      ...changes.metadata,
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'standard',
      resources: { requests: { storage: '1Gi' } },
      ...changes.spec,
    },
  };
}

function aVolume(changes: { readonly phase?: string; readonly policy?: string; readonly by?: string } = {}): Volume {
  const { phase = 'Released', policy = 'Delete', by = provisioner } = changes;
  const volume = volumeFor(aClaim(), by, '/volumes');
  return { ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: policy }, status: { phase } };
}

describe('isWaiting', () => {
  it('is true of a claim that was given to this provisioner', () => {
    expect(isWaiting(aClaim(), provisioner)).toBe(true);
  });

  it.each<[string, Claim]>([
    ['has its volume', aClaim({ spec: { volumeName: 'pvc-u1' } })],
    ['belongs to another provisioner', aClaim({ metadata: { annotations: {} } })],
    ['is being deleted', aClaim({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })],
    ['wants a block device', aClaim({ spec: { volumeMode: 'Block' } })],
  ])('is false of a claim that %s', (_, claim) => {
    expect(isWaiting(claim, provisioner)).toBe(false);
  });
});

describe('volumeFor', () => {
  it('is a directory of its own, bound to this very claim', () => {
    expect(volumeFor(aClaim(), provisioner, '/volumes')).toMatchObject({
      metadata: { name: 'pvc-u1' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'standard',
        claimRef: { namespace: 'shop', name: 'data', uid: 'u1' },
        hostPath: { path: '/volumes/pvc-u1' },
      },
    });
  });
});

describe('isDisposable', () => {
  it('is true of a released volume of ours', () => {
    expect(isDisposable(aVolume(), provisioner)).toBe(true);
  });

  it.each<[string, Volume]>([
    ['is still bound', aVolume({ phase: 'Bound' })],
    ['is to be kept', aVolume({ policy: 'Retain' })],
    ['somebody else made', aVolume({ by: 'example.com/disk' })],
  ])('is false of a volume that %s', (_, volume) => {
    expect(isDisposable(volume, provisioner)).toBe(false);
  });
});
