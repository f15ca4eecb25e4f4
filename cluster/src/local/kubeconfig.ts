// The kubeconfig of a cluster of ours. Self-contained: the certificates are in it.
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { Pki } from './pki.ts';

export function renderKubeconfig(url: string, pki: Pki): string {
  const base64 = (path: string) => readFileSync(path).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sluice',
    clusters: [{ name: 'sluice', cluster: { server: url, 'certificate-authority-data': base64(pki.ca) } }],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': base64(pki.adminCertificate),
          'client-key-data': base64(pki.adminKey),
        },
      },
    ],
    contexts: [{ name: 'sluice', context: { cluster: 'sluice', user: 'admin' } }],
  });
}
