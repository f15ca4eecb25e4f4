// `node main.ts` prints the folder with Strimzi's CRDs, for `kubectl apply --server-side -f`.
import { strimziCrdPath } from './generate.ts';

console.log(await strimziCrdPath());
