// What tests and the demo use of the cluster.
export { cacheDirectory, contentKey } from './cache.ts';
export { type BinaryName, binary, toolsDirectory } from './local/binaries.ts';
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './local/control-plane.ts';
export { step } from './progress.ts';
export { type ClusterProvider, chooseProvider, type ProviderName } from './provider.ts';
