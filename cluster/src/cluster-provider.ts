// What a cluster to run on offers, whichever it is.

export const providerNames = ['kind', 'local', 'current'] as const;
export type ProviderName = (typeof providerNames)[number];

export interface ClusterProvider {
  readonly name: ProviderName;
  /** Where `up` puts the kubeconfig, or where it is already. */
  kubeconfigPath(): string;
  /** The API server's audit log of writes, one JSON line each, where this machine has it. */
  auditLogPath(): string | undefined;
  /** Resolves when pods can run; brings up what is not up. */
  up(): Promise<{ readonly kubeconfigPath: string }>;
  /** Removes what `up` made; nothing to remove is no error. */
  down(): Promise<void>;
  status(): Promise<ClusterStatus>;
  /** Whether pods can use the image without a registry. */
  hasImage(reference: string): Promise<boolean>;
  /** Takes an image in from a docker-archive that holds it under this reference. */
  loadImage(archivePath: string, reference: string): Promise<void>;
  /** Gives an image that is on the cluster a further reference. */
  tagImage(reference: string, further: string): Promise<void>;
}

export interface ClusterStatus {
  readonly isUp: boolean;
  /** For people. */
  readonly text: string;
}
