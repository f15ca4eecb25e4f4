// Every label, annotation, finalizer and field manager under sluice.dev, and the labels Kubernetes recommends.

export const labels = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  managedBy: 'app.kubernetes.io/managed-by',
  /** Name of the EventService a pod, Deployment or Service belongs to. */
  service: 'sluice.dev/service',
  /** Name of the StreamJob an engine's resource belongs to. */
  job: 'sluice.dev/job',
  /** Name of the EventBus a resource of Strimzi's was made for, in the same namespace. */
  bus: 'sluice.dev/bus',
  /** On a ConfigMap: it says with what schemas pods may read and write now. Its value is the kind of its owner. */
  liveSchemas: 'sluice.dev/live-schemas',
  /** `a` or `b`; in every Deployment's selector from the start, which is immutable. */
  colour: 'sluice.dev/colour',
  /** Hash of what the user wrote, never of what we render. */
  revision: 'sluice.dev/revision',
} as const;

export const managedBy = 'sluice';

export const annotations = {
  /** `Plan`: show the plan and do nothing. `Paused`: do nothing. */
  mode: 'sluice.dev/mode',
  /** Hash of the data-losing changes that a person approved. */
  approve: 'sluice.dev/approve',
  /** On an EventService: any new value gives it a new principal and takes the former one away. */
  rotate: 'sluice.dev/rotate',
  /** On a StreamJob that ends: any new value runs it once more. */
  run: 'sluice.dev/run',
  /** On an EventService: the revision in `status.release.candidate` that a person promotes. */
  promote: 'sluice.dev/promote',
  /** On an EventService: any new value aborts the release that is under way. */
  abort: 'sluice.dev/abort',
  /** On an EventService: any new value tries a revision again that was aborted. */
  retry: 'sluice.dev/retry',
  /** On an EventService: `true` keeps a release from going on, but for a handover that has begun. */
  pause: 'sluice.dev/pause',
  /** On a pod: `<epoch> <role>`, which it finds in its file `role.now`. */
  role: 'sluice.dev/role',
  /** On a KafkaUser: fingerprint of the password that it was given. */
  login: 'sluice.dev/login',
  /** Hash of what was last applied to a child. */
  lastApplied: 'sluice.dev/last-applied',
  /** Hash of the mounted configuration: pods roll when it changes. */
  configuration: 'sluice.dev/configuration',
  /** On a Deployment: its pod template as it was last rendered, in force until the version changes. */
  template: 'sluice.dev/template',
  /** On an engine's resource: hash of what its spec was rendered from. Another way of rendering alone changes nothing. */
  inputs: 'sluice.dev/inputs',
  /** On an engine's resource: its spec as it was last rendered, in force until its inputs change. */
  spec: 'sluice.dev/spec',
  /** On a Deployment: hash of the binding Secrets that were written for it. */
  bindings: 'sluice.dev/bindings',
  /**
   * On a Deployment: by name, hashes of the ConfigMaps and (as `Secret/<name>`) Secrets its pods use, as last seen. On a
   * pod template: one hash of them.
   */
  configMaps: 'sluice.dev/config-maps',
} as const;

export const modes = { plan: 'Plan', paused: 'Paused' } as const;

export const finalizer = 'sluice.dev/cleanup';

export const fieldManagers = {
  EventBus: 'sluice-eventbus',
  EventService: 'sluice-eventservice',
  StreamJob: 'sluice-streamjob',
} as const;

export const colours = ['a', 'b'] as const;
export type Colour = (typeof colours)[number];
