// The local cluster from nothing to nothing, and through a crash. Takes down the cluster that runs on this machine.
import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseProvider } from '../provider.ts';
import { binary } from './binaries.ts';
import { pidsIn } from './cgroups.ts';
import { mountsBelow } from './leftovers.ts';
import { dnsServiceAddress } from './node-network.ts';
import { kill } from './process-record.ts';
import { scratchImage } from './scratch-images.ts';
import { statePaths } from './state.ts';

const run = promisify(execFile);
const paths = statePaths();
const isLocal = (await chooseProvider()).name === 'local';
const nodePort = 30900;

/** What a user types. */
async function cli(command: 'up' | 'down'): Promise<{ readonly seconds: number }> {
  const startedAt = performance.now();
  await run(process.execPath, [join(import.meta.dirname, '..', 'cli.ts'), command], {
    env: { ...process.env, CLUSTER: 'local' },
  });
  return { seconds: (performance.now() - startedAt) / 1000 };
}

async function kubectl(flags: readonly string[], input?: object): Promise<string> {
  const done = run(await binary('kubectl'), [`--kubeconfig=${paths.kubeconfig}`, ...flags]);
  done.child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
  return (await done).stdout;
}

/** A server on a volume, behind a NodePort: CoreDNS, whose image is there anyway, writes its pid to a file. */
async function deploySomething(): Promise<void> {
  const labels = { app: 'something' };
  const metadata = { name: 'something', namespace: 'default' };
  const { reference } = await scratchImage('coredns');
  const items = [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Corefile: '.:1053 {\n  health :8080\n}\n' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { type: 'NodePort', selector: labels, ports: [{ port: 80, targetPort: 8080, nodePort }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            securityContext: { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true },
            volumes: [
              { name: 'data', persistentVolumeClaim: { claimName: metadata.name } },
              { name: 'config', configMap: { name: metadata.name } },
            ],
            containers: [
              {
                name: 'server',
                image: reference,
                args: ['-conf', '/config/Corefile', '-pidfile', '/data/pid'],
                volumeMounts: [
                  { name: 'data', mountPath: '/data' },
                  { name: 'config', mountPath: '/config' },
                ],
                resources: { requests: { cpu: '20m' }, limits: { memory: '100Mi' } },
                readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
  ];
  await kubectl(['apply', '--filename=-'], { apiVersion: 'v1', kind: 'List', items });
  await kubectl(['rollout', 'status', 'deployment/something', '--timeout=90s']);
}

async function answerOnNodePort(): Promise<string> {
  const [response] = await once(request({ host: '127.0.0.1', port: nodePort, path: '/health' }).end(), 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

/** Everything that a cluster could leave on this machine. */
async function traces(): Promise<Readonly<Record<string, readonly string[]>>> {
  const lines = async (command: string, flags: readonly string[]) =>
    (await run(command, [...flags])).stdout.split('\n');
  const isRule = (line: string) => line.startsWith('-A') || (line.startsWith(':') && line.includes(' - '));
  const cgroups = (await lines('find', ['/sys/fs/cgroup', '-type', 'd', '-path', '*/sluice*'])).filter(Boolean);
  const outside = ['/var/lib/kubelet', '/var/lib/cni', '/var/log/containers', '/var/log/pods', '/run/containerd'];
  return {
    processes: cgroups.flatMap((group) => pidsIn(group).map(String)),
    commandLines: processesThatName(paths.directory),
    mounts: mountsBelow(paths.directory, readFileSync('/proc/self/mountinfo', 'utf8')),
    interfaces: readdirSync('/sys/class/net').sort(),
    namespaces: (await lines('ip', ['netns', 'list'])).filter(Boolean),
    rules: [...(await lines('iptables-save', [])), ...(await lines('ip6tables-save', []))].filter(isRule),
    cgroups,
    files: [paths.directory, ...outside].filter((path) => existsSync(path)),
    sysctls: ['net/ipv4/ip_forward', 'net/ipv4/conf/all/route_localnet', 'vm/overcommit_memory', 'kernel/panic'].map(
      (name) => `${name}=${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`,
    ),
  };
}

function processesThatName(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return commandLine.includes(text) ? [commandLine] : [];
      } catch {
        // Ended meanwhile.
        return [];
      }
    });
}

/** As near to a power cut as a running machine comes: kubelet, containerd, etcd, shims and pods, all at once. */
function killEverything(): void {
  for (const pid of pidsIn('/sys/fs/cgroup/pids/sluice')) kill(pid);
  for (const pid of existsSync('/sys/fs/cgroup/cgroup.controllers') ? pidsIn('/sys/fs/cgroup/sluice') : []) kill(pid);
}

describe.runIf(isLocal)('the local cluster', () => {
  let before: Awaited<ReturnType<typeof traces>> = {};
  beforeAll(async () => {
    await cli('down');
    before = await traces();
    await cli('up');
    await deploySomething();
  });
  afterAll(() => cli('down'));

  it('answers on a NodePort of 127.0.0.1', async () => {
    await expect.poll(answerOnNodePort, { timeout: 10_000 }).toBe('OK');
  });

  it('resolves a Service by its name, and says at once that it knows no other', async () => {
    const resolver = new Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([dnsServiceAddress]);
    const address = await kubectl(['get', 'service/something', '--output=jsonpath={.spec.clusterIP}']);
    expect(await resolver.resolve4('something.default.svc.cluster.local')).toEqual([address]);
    await expect(resolver.resolve4('nothing.default.svc.cluster.local')).rejects.toThrow('ENOTFOUND');
  });

  it('lets a container that is not root write to a volume of the default class', async () => {
    const volume = await kubectl(['get', 'pvc/something', '--output=jsonpath={.spec.volumeName}']);
    expect(readFileSync(join(paths.volumes, volume, 'pid'), 'utf8').trim()).toBe('1');
  });

  it('shows logs and runs commands in containers', async () => {
    expect(await kubectl(['logs', 'deployment/something'])).toContain('CoreDNS-');
    expect(await kubectl(['exec', 'deployment/something', '--', '/coredns', '-version'])).toContain('CoreDNS-');
  });

  it('is left alone by a second up', async () => {
    const uid = () =>
      kubectl(['get', 'pods', '--selector=app=something', '--output=jsonpath={.items[*].metadata.uid}']);
    const pod = await uid();
    const { seconds } = await cli('up');
    expect(await uid()).toBe(pod);
    expect(seconds).toBeLessThan(10);
  });

  it('takes in an image from an archive', async () => {
    const provider = await chooseProvider('local');
    const { reference, path } = await scratchImage('pause');
    expect(await provider.hasImage('docker.io/sluice/pause:never-built')).toBe(false);
    await provider.loadImage(path, reference);
    expect(await provider.hasImage(reference)).toBe(true);
    await expect(provider.loadImage(path, 'docker.io/sluice/pause:other')).rejects.toThrow('holds no image called');
  });

  it('comes back by itself after every process was killed outright', async () => {
    killEverything();
    const left = await traces();
    expect(left['mounts']).not.toEqual([]);
    expect(left['rules']).not.toEqual(before['rules']);
    expect(left['interfaces']).not.toEqual(before['interfaces']);
    await cli('up');
    await deploySomething();
    await expect.poll(answerOnNodePort, { timeout: 10_000 }).toBe('OK');
  });

  it('leaves nothing behind when it is taken down after a crash', async () => {
    killEverything();
    await cli('down');
    expect(await traces()).toEqual(before);
  });

  it('leaves nothing behind when it is taken down while it works', async () => {
    await cli('up');
    await deploySomething();
    await cli('down');
    expect(await traces()).toEqual(before);
  });
});
