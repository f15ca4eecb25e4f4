import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addons } from './addons.ts';
import { configTexts, nodeFiles } from './node-files.ts';
import { dnsServiceAddress, nodeAddress } from './node-network.ts';
import { etcdFlags, kubeletFlags, nodeApiServerFlags } from './node-processes.ts';
import { statePaths } from './state.ts';

const directory = '/state';
const files = nodeFiles(statePaths(directory));
const texts = configTexts(files, 'docker.io/sluice/pause:0123456789ab');

describe('the configuration of the node', () => {
  it('keeps every path that it names in the state directory, but for what Debian installed', () => {
    const allowed = /^(\/state\/|\/usr\/lib\/cni$|\/etc\/resolv\.conf$|\/sluice$)/;
    const paths = Object.values(texts).flatMap((text) => text.match(/(?<=["\s]|unix:\/\/)\/[\w./-]+/g) ?? []);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
  });

  it('names the pause image that was imported, since no registry could give another', () => {
    expect(texts[files.containerdConfig]).toContain('sandbox_image = "docker.io/sluice/pause:0123456789ab"');
  });

  it('never lets the kubelet remove an image that could not be pulled again', () => {
    expect(parse(texts[files.kubeletConfig] ?? '').imageGCHighThresholdPercent).toBe(100);
  });

  it('points pods to the address that the DNS Service has', () => {
    expect(parse(texts[files.kubeletConfig] ?? '').clusterDNS).toEqual([dnsServiceAddress]);
    const service = addons('docker.io/sluice/coredns:dev').find(
      (object) => 'kind' in object && object.kind === 'Service',
    );
    expect(service).toMatchObject({ spec: { clusterIP: dnsServiceAddress } });
  });

  it('serves NodePorts on loopback and to pods only', () => {
    const { nodePortAddresses } = parse(texts[files.proxyConfig] ?? '');
    expect(nodePortAddresses).toEqual(['127.0.0.0/8', '10.244.0.0/16']);
  });

  it('lets nobody talk to etcd without a certificate', () => {
    expect(etcdFlags(files)).toEqual(expect.arrayContaining(['--client-cert-auth', '--peer-client-cert-auth']));
    expect(etcdFlags(files).filter((flag) => flag.includes('http://'))).toEqual([]);
  });

  it('takes the bridge for the node, so that its address never changes', () => {
    expect(kubeletFlags(files)).toContain(`--node-ip=${nodeAddress}`);
    expect(nodeApiServerFlags(files)).toContain(`--advertise-address=${nodeAddress}`);
  });
});
