// What tests and the demo use of the cluster.
export { sparkCrdPath } from '../stand-ins/spark/crds/fetch.ts';
export { strimziCrdPath } from '../stand-ins/strimzi/crds/generate.ts';
export { cacheDirectory, contentKey } from './cache.ts';
export type { ClusterProvider, ClusterStatus, ProviderName } from './cluster-provider.ts';
export {
  buildImages,
  ensureMaven,
  flinkCrdPath,
  type Image,
  type ImageName,
  imageNames,
  imageRefs,
  images,
  loadImages,
} from './images/index.ts';
export {
  type ApiFaults,
  type ApiProxy,
  type ApiProxyOptions,
  type ApiWrite,
  startApiProxy,
} from './local/api-proxy.ts';
export { type BinaryName, binary, toolsDirectory } from './local/binaries.ts';
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './local/control-plane.ts';
export { type Authority, createAuthority } from './local/pki.ts';
export { freePorts } from './local/ports.ts';
export { step } from './progress.ts';
export { chooseProvider } from './provider.ts';
export { sparkDistribution } from './servers/artifacts.ts';
export { type KafkaAdministrator, type KafkaServer, type KafkaServerOptions, startKafka } from './servers/kafka.ts';
export { type PostgresServer, startPostgres } from './servers/postgres.ts';
export { type RegistryServer, startRegistry } from './servers/registry.ts';
export type { Server } from './servers/server.ts';
