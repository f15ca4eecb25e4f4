// `node main.ts` prints the folder with Kubeflow's CRDs, for `kubectl apply --server-side -f`.
import { sparkCrdPath } from './fetch.ts';

console.log(await sparkCrdPath());
