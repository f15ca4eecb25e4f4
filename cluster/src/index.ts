// What tests and the demo use of the cluster.
export { type BinaryName, binary } from './local/binaries.ts';
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './local/control-plane.ts';
