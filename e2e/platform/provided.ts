// The platform as a story gets it: the run's setup installed it, the story only uses it.
import { inject } from 'vitest';
import { type Kubectl, kubectlFor } from './kubectl.ts';
import type { ShopAddresses } from './shop.ts';
import type { Sluice } from './sluice.ts';

/** Plain data, since vitest hands it from the setup's process to the stories'. */
export interface PlatformFacts {
  readonly kubeconfigPath: string;
  readonly kubectl: string;
  readonly helm: string;
  readonly addresses: ShopAddresses;
  /** An image with Node that is on the cluster. */
  readonly orderImage: string;
  /** The chart as it was installed. */
  readonly sluice: Sluice;
  /** Only on the local cluster: the API server's audit log of writes. */
  readonly auditLog?: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    platform: PlatformFacts;
  }
}

export function providedPlatform(): PlatformFacts & { readonly cluster: Kubectl } {
  const facts = inject('platform');
  return { ...facts, cluster: kubectlFor(facts.kubectl, facts.kubeconfigPath) };
}
