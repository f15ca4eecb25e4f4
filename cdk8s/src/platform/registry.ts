// Apicurio registry. It keeps its schemas in Kafka, so that they live and die with the records that name them by id,
// and an answered registration is as durable as a record.
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import type { Images } from '../images.ts';
import { labelsOf } from './labels.ts';
import { containerSecurity, podSecurity, resources, scratch } from './restricted.ts';

const name = 'registry';
const uid = 10001;
const port = 8080;
const managementPort = 9000;

/** A broker, as host and port. */
export interface Bootstrap {
  readonly host: string;
  readonly port: number;
}

/** Its API is at `http://registry.<namespace>:8080/apis/ccompat/v7`. */
export function addRegistry(scope: Construct, kafka: Bootstrap, { image }: Images): void {
  const labels = labelsOf(name);
  new k8s.KubeService(scope, 'registry-service', {
    metadata: { name, labels },
    spec: { selector: labels, ports: [{ name: 'http', port, targetPort: k8s.IntOrString.fromString('http') }] },
  });
  new k8s.KubeDeployment(scope, 'registry', {
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: podSecurity(uid),
          // The registry ends when it finds no broker, and each restart waits longer: Kafka comes with the bus, after it.
          initContainers: [
            {
              name: 'await-kafka',
              image: image('registry'),
              imagePullPolicy: 'IfNotPresent',
              command: [
                'bash',
                '-c',
                `until (exec 3<>/dev/tcp/${kafka.host}/${kafka.port}) 2>/dev/null; do sleep 0.5; done`,
              ],
              resources: resources({ cpu: '10m', memory: '16Mi', memoryLimit: '64Mi' }),
              securityContext: containerSecurity,
            },
          ],
          containers: [
            {
              name,
              image: image('registry'),
              imagePullPolicy: 'IfNotPresent',
              env: Object.entries(environment(kafka)).map(([key, value]) => ({ name: key, value })),
              ports: [
                { name: 'http', containerPort: port },
                { name: 'management', containerPort: managementPort },
              ],
              startupProbe: probe('/health/ready', { periodSeconds: 1, failureThreshold: 180 }),
              readinessProbe: probe('/health/ready', { periodSeconds: 5, failureThreshold: 2 }),
              livenessProbe: probe('/health/live', { periodSeconds: 10, failureThreshold: 6 }),
              resources: resources({ cpu: '20m', memory: '288Mi', memoryLimit: '512Mi' }),
              securityContext: containerSecurity,
              volumeMounts: [scratch.mount],
            },
          ],
          volumes: [scratch.volume],
        },
      },
    },
  });
}

function environment({ host, port: kafkaPort }: Bootstrap): Readonly<Record<string, string>> {
  return {
    JAVA_OPTS: '-Xms64m -Xmx192m -XX:+ExitOnOutOfMemoryError',
    APICURIO_STORAGE_KIND: 'kafkasql',
    APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: `${host}:${kafkaPort}`,
    // It reads its topics until they have been empty for this long, three times, before it starts to serve.
    APICURIO_KAFKASQL_CONSUMER_POLL_TIMEOUT: '1000',
    QUARKUS_HTTP_PORT: String(port),
    // Health is on a port of its own, by default on the loopback alone.
    QUARKUS_MANAGEMENT_HOST: '0.0.0.0',
    QUARKUS_MANAGEMENT_PORT: String(managementPort),
    QUARKUS_LOG_CATEGORY__ORG_APACHE_KAFKA__LEVEL: 'WARN',
  };
}

function probe(path: string, timing: Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold'>): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString('management') }, ...timing };
}
