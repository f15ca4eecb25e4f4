// How a pod is told what it may do in the background: one directory with two files, each `<epoch> <role>`. The higher epoch
// counts, none means closed. `role` comes from the colour's ConfigMap and is right for pods that start; `role.now` comes
// from an annotation on each pod, which reaches its file within a second.
import { annotations, type Colour, type EventService, type PodTemplate, type ReleaseRole } from '../../api/index.ts';
import type { ConfigMap } from '../../bus/index.ts';
import { childMetadata } from './labels.ts';

export const roleVariable = 'SLUICE_ROLE_DIRECTORY';
export const roleDirectory = '/etc/sluice/role';
const volumeName = 'sluice-role';

export function roleText({ epoch, role }: { readonly epoch: number; readonly role: ReleaseRole }): string {
  return `${epoch} ${role}`;
}

export function roleMapName({ metadata }: EventService, colour: Colour): string {
  return `${metadata.name}-${colour}-role`;
}

export function renderRoleMap(service: EventService, colour: Colour, text: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMetadata(service, roleMapName(service, colour)),
    data: { role: `${text}\n` },
  };
}

type Fields = Readonly<Record<string, unknown>>;

export function roleVolume(service: EventService, colour: Colour): Fields {
  const name = roleMapName(service, colour);
  const annotation = `metadata.annotations['${annotations.role}']`;
  return {
    name: volumeName,
    projected: {
      sources: [
        { configMap: { name, optional: true, items: [{ key: 'role', path: 'role' }] } },
        { downwardAPI: { items: [{ path: 'role.now', fieldRef: { fieldPath: annotation } }] } },
      ],
    },
  };
}

export const roleMount: Fields = { name: volumeName, mountPath: roleDirectory, readOnly: true };

/** Whether pods of this template were given the role's files. */
export function hasRole({ spec }: PodTemplate): boolean {
  const { volumes } = spec;
  return Array.isArray(volumes) && volumes.some((volume: unknown) => isNamed(volume, volumeName));
}

function isNamed(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && value.name === name;
}
