// The node's addresses and names. All are fixed: one node, on one bridge, seen by nobody but this machine.

export const nodeName = 'sluice-local';
/** Pods hang on this bridge; its own address is the node's, so that the node has one whatever networks come and go. */
export const bridgeName = 'sluice0';
export const nodeAddress = '10.244.0.1';
export const podCidr = '10.244.0.0/16';
export const serviceCidr = '10.96.0.0/16';
/** First address of the service range: the API server as pods see it. */
export const apiServiceAddress = '10.96.0.1';
export const dnsServiceAddress = '10.96.0.10';
export const clusterDomain = 'cluster.local';

/** Ports that the node's processes listen on, to be checked before anything is started. */
export const ports = {
  apiServer: 6443,
  etcd: 2379,
  etcdPeer: 2380,
  kubelet: 10250,
  kubeletHealth: 10248,
  proxyHealth: 10256,
  proxyMetrics: 10249,
  controllerManager: 10257,
  scheduler: 10259,
} as const;
