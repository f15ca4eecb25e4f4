// The API server's flags that the integration control plane and the node have in common.
import { serviceCidr } from './node-network.ts';
import type { KeyPair } from './pki.ts';

export function apiServerFlags(at: {
  readonly ca: string;
  readonly server: KeyPair;
  readonly serviceAccountKey: string;
  readonly etcdUrl: string;
  readonly port: number;
  /** Where the server may write. */
  readonly directory: string;
}): string[] {
  return [
    `--etcd-servers=${at.etcdUrl}`,
    `--secure-port=${at.port}`,
    `--service-cluster-ip-range=${serviceCidr}`,
    `--tls-cert-file=${at.server.certificate}`,
    `--tls-private-key-file=${at.server.key}`,
    `--client-ca-file=${at.ca}`,
    `--cert-dir=${at.directory}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at.serviceAccountKey}`,
    `--service-account-signing-key-file=${at.serviceAccountKey}`,
    '--anonymous-auth=false',
  ];
}
