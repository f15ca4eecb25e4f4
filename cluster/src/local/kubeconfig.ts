// Kubeconfigs of a cluster of ours. Self-contained: the certificates are in them.
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { KeyPair } from './pki.ts';

/** The configuration by which the owner of the key pair calls the API server. */
export function renderKubeconfig(url: string, ca: string, client: KeyPair): string {
  const base64 = (path: string) => readFileSync(path).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sluice',
    clusters: [{ name: 'sluice', cluster: { server: url, 'certificate-authority-data': base64(ca) } }],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': base64(client.certificate),
          'client-key-data': base64(client.key),
        },
      },
    ],
    contexts: [{ name: 'sluice', context: { cluster: 'sluice', user: 'admin' } }],
  });
}
