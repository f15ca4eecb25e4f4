// Kafka in KRaft mode: one node that is broker and controller, its log on a volume claim.
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import type { Images } from '../images.ts';
import { labelsOf, properties, settingsAnnotation } from './labels.ts';
import { containerSecurity, podSecurity, resources, scratch } from './restricted.ts';

const name = 'kafka';
const uid = 10001;
const port = 9092;
const dataPath = '/var/lib/kafka';
const settingsPath = '/etc/kafka';

/** @param namespace where it runs; clients bootstrap at `kafka.<namespace>:9092` */
export function addKafka(scope: Construct, namespace: string, { image }: Images): void {
  const labels = labelsOf(name);
  const files = { 'server.properties': properties(serverSettings(namespace)) };
  new k8s.KubeConfigMap(scope, 'kafka-settings', { metadata: { name, labels }, data: files });
  new k8s.KubeService(scope, 'kafka-service', {
    metadata: { name, labels },
    spec: {
      clusterIp: 'None',
      // A node finds itself by its own name before it is ready.
      publishNotReadyAddresses: true,
      selector: labels,
      ports: [{ name: 'kafka', port, targetPort: k8s.IntOrString.fromString('kafka') }],
    },
  });
  new k8s.KubeStatefulSet(scope, 'kafka', {
    metadata: { name, labels },
    spec: {
      serviceName: name,
      replicas: 1,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: settingsAnnotation(files) },
        spec: {
          automountServiceAccountToken: false,
          // A Service called kafka would otherwise inject KAFKA_PORT and its like.
          enableServiceLinks: false,
          // A clean stop writes what the next start would otherwise have to recover.
          terminationGracePeriodSeconds: 60,
          securityContext: podSecurity(uid),
          containers: [
            {
              name,
              image: image('kafka'),
              imagePullPolicy: 'IfNotPresent',
              args: [`${settingsPath}/server.properties`],
              env: [{ name: 'KAFKA_HEAP_OPTS', value: '-Xms256m -Xmx256m' }],
              ports: [{ name: 'kafka', containerPort: port }],
              startupProbe: probe({ periodSeconds: 1, failureThreshold: 180 }),
              readinessProbe: probe({ periodSeconds: 5, failureThreshold: 2 }),
              livenessProbe: probe({ periodSeconds: 10, failureThreshold: 6 }),
              resources: resources({ cpu: '50m', memory: '448Mi', memoryLimit: '704Mi' }),
              securityContext: containerSecurity,
              volumeMounts: [
                { name: 'settings', mountPath: settingsPath, readOnly: true },
                { name: 'data', mountPath: dataPath },
                scratch.mount,
              ],
            },
          ],
          volumes: [{ name: 'settings', configMap: { name } }, scratch.volume],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: k8s.Quantity.fromString('4Gi') } },
          },
        },
      ],
    },
  });
}

function serverSettings(namespace: string): Readonly<Record<string, string>> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': '1@localhost:9093',
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://:${port},CONTROLLER://localhost:9093`,
    'advertised.listeners': `PLAINTEXT://${name}-0.${name}.${namespace}.svc:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    // Not the volume's own root, where some file systems keep a lost+found that is no topic.
    'log.dirs': `${dataPath}/data`,
    // An early producer would otherwise make a topic of one partition that no resource declares.
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '10',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '10',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '10',
  };
}

function probe(timing: Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold'>): k8s.Probe {
  return { tcpSocket: { port: k8s.IntOrString.fromString('kafka') }, ...timing };
}
