// What the Pod Security Standard `restricted` asks of a pod, laid under what its template says: the template's own fields
// stand, and what they get wrong the API server tells. Pure.
import type { PodTemplate } from '../../api/index.ts';

type PodSpec = PodTemplate['spec'];
type Fields = Readonly<Record<string, unknown>>;

export function restrictedPod(spec: PodSpec): PodSpec {
  // Such fields are refused there, and the standard does not ask for them.
  if (fieldsOf(spec['os'])['name'] === 'windows') return spec;
  const given = fieldsOf(spec['securityContext']);
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...given };
  const { initContainers, containers } = spec;
  return {
    ...spec,
    securityContext,
    containers: containers.map(restrictedContainer),
    // What is no list of objects goes through as it is: the API server says best what is wrong with it.
    ...(Array.isArray(initContainers)
      ? { initContainers: initContainers.map((each: unknown) => (isFields(each) ? restrictedContainer(each) : each)) }
      : {}),
  };
}

function restrictedContainer<T extends Fields>(container: T): T {
  const given = fieldsOf(container['securityContext']);
  const securityContext = {
    allowPrivilegeEscalation: false,
    ...given,
    capabilities: { drop: ['ALL'], ...fieldsOf(given['capabilities']) },
  };
  return { ...container, securityContext };
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
