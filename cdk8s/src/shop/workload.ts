// The pod that all the shop's services run in: the restricted Pod Security level, probes, a graceful stop, small requests.
import { k8s } from 'cdk8s-plus-34';

export interface Workload {
  readonly name: string;
  readonly image: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The user that the images of services run as. */
const uid = 10001;
const port = 8080;

/** A PodTemplateSpec in JSON, as a Deployment and an EventService take it. */
export function podTemplate({ name, image, env = {} }: Workload): Readonly<Record<string, unknown>> {
  const template: k8s.PodTemplateSpec = {
    metadata: { labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'shop' } },
    spec: {
      automountServiceAccountToken: false,
      // The kit takes 25 s at most for its stop, after the sleep below.
      terminationGracePeriodSeconds: 35,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: uid,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name,
          image,
          imagePullPolicy: 'IfNotPresent',
          ports: [{ name: 'http', containerPort: port }],
          env: Object.entries({ PORT: String(port), ...env }).map(([key, value]) => ({ name: key, value })),
          startupProbe: probe('/healthz', { periodSeconds: 1, failureThreshold: 60 }),
          readinessProbe: probe('/readyz', { periodSeconds: 2, failureThreshold: 2 }),
          livenessProbe: probe('/healthz', { periodSeconds: 10, failureThreshold: 3 }),
          // Requests come for a moment after the pod was told to go: endpoints change on every node in its own time.
          lifecycle: { preStop: { sleep: { seconds: 2 } } },
          resources: {
            requests: { cpu: k8s.Quantity.fromString('20m'), memory: k8s.Quantity.fromString('96Mi') },
            limits: { memory: k8s.Quantity.fromString('256Mi') },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
  return k8s.toJson_PodTemplateSpec(template) ?? {};
}

function probe(path: string, timing: Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold'>): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString('http') }, ...timing };
}
