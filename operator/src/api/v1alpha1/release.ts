// spec.release of an EventService: how a new version takes over from the running one, and where that stands.
import Type from 'typebox';
import { anything, choice, type Fixed, list, listMap, node, text, textMap, whole } from '../schema.ts';

const Check = Type.Object(
  {
    name: text(63, { description: 'Name of the check.' }),
    prometheus: Type.Optional(
      Type.Object(
        {
          query: text(4096, { description: 'PromQL that gives one number.' }),
          min: Type.Optional(Type.Number({ description: 'Fails below this.' })),
          max: Type.Optional(Type.Number({ description: 'Fails above this.' })),
        },
        node({
          description: 'Passes while a query gives a number within bounds.',
          rules: [
            {
              id: 'bound',
              rule: 'has(self.min) || has(self.max)',
              message: 'A prometheus check needs a bound, or it would never fail: set min, max or both.',
            },
          ],
        }),
      ),
    ),
    job: Type.Optional(
      Type.Object(
        { template: anything({ description: 'A JobTemplateSpec.' }) },
        { description: 'Passes when a Job completes.' },
      ),
    ),
    http: Type.Optional(
      Type.Object(
        {
          path: text(2048, { description: 'Path to ask for.' }),
          port: whole(1, 65_535, { description: 'Port of the preview Service.' }),
        },
        { description: 'GET on the preview Service; anything but 2xx fails.' },
      ),
    ),
    failureLimit: whole(0, 100, {
      default: 2,
      description: 'How often an http or prometheus check may fail one after another. A Job has its backoffLimit.',
    }),
  },
  node({
    rules: [
      {
        id: 'exactly-one',
        rule: '[has(self.prometheus), has(self.job), has(self.http)].exists_one(x, x)',
        message:
          'A release check needs exactly one of prometheus, job and http: give each kind of check its own entry.',
      },
    ],
  }),
);

export const ReleaseSpecSchema = Type.Object(
  {
    strategy: choice(['BlueGreen', 'Rolling'], {
      default: 'Rolling',
      description: 'Rolling: pods are replaced one by one. BlueGreen: the new version runs beside the old one first.',
    }),
    promotion: choice(['Auto', 'Manual'], {
      default: 'Auto',
      description: 'Auto: when all checks pass. Manual: when promote names the candidate.',
    }),
    promote: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'With promotion: Manual, the revision in status.release.candidate to promote.',
      }),
    ),
    roleAware: Type.Boolean({ default: false, description: 'The service obeys the role file.' }),
    checks: Type.Optional(listMap(Check, ['name'], 16, { description: 'What must pass before promotion.' })),
    previewReplicas: whole(0, 1000, { default: 1, description: 'Number of pods while in preview.' }),
    previewTemplate: Type.Optional(
      Type.Object(
        {
          metadata: Type.Optional(
            Type.Object(
              {
                labels: Type.Optional(textMap(64, 63, { description: 'Labels of the pods.' })),
                annotations: Type.Optional(textMap(64, 32_768, { description: 'Annotations of the pods.' })),
              },
              { description: 'Labels and annotations of the pods.' },
            ),
          ),
          spec: Type.Optional(anything({ description: 'Fields of a PodSpec; containers are found by name.' })),
        },
        { description: 'Laid over the template while in preview.' },
      ),
    ),
    soakSeconds: whole(0, 86_400, { default: 60, description: 'How long checks go on after promotion.' }),
    deadlineSeconds: whole(1, 86_400, { default: 600, description: 'How long each phase may take.' }),
    drainSeconds: whole(0, 3600, { default: 30, description: 'How long the old version may finish what it fetched.' }),
    keepOldSeconds: whole(0, 86_400, { default: 300, description: 'How long the old version stays after promotion.' }),
    maxLag: Type.Optional(whole(0, Number.MAX_SAFE_INTEGER, { description: 'Promote only at this lag or less.' })),
  },
  node({
    default: {},
    description: 'How a new version takes over.',
    rules: [
      {
        id: 'promote',
        rule: "!has(self.promote) || self.promote == '' || self.promotion == 'Manual'",
        message: 'release.promote is for promotion: Manual: set that, or remove promote.',
        fieldPath: '.promote',
      },
      {
        id: 'checks',
        rule: "!has(self.checks) || size(self.checks) == 0 || self.strategy == 'BlueGreen'",
        message: 'release.checks need a preview to check: set strategy: BlueGreen, or remove checks.',
        fieldPath: '.checks',
      },
      {
        id: 'preview-template',
        rule: "!has(self.previewTemplate) || self.strategy == 'BlueGreen'",
        message: 'release.previewTemplate needs a preview: set strategy: BlueGreen, or remove previewTemplate.',
        fieldPath: '.previewTemplate',
      },
      {
        id: 'manual',
        rule: "self.promotion != 'Manual' || self.strategy == 'BlueGreen'",
        message: 'release.promotion: Manual needs a candidate to promote: set strategy: BlueGreen, or promotion: Auto.',
        fieldPath: '.promotion',
      },
    ],
  }),
);
export type ReleaseSpec = Fixed<Type.Static<typeof ReleaseSpecSchema>>;

const moment = (description: string) => Type.String({ format: 'date-time', maxLength: 64, description });
const colour = () => choice(['a', 'b'], { description: 'Which of the two Deployments it is.' });
const revision = () => text(64, { description: 'Hash of what the user wrote.' });

const versionFields = {
  colour: colour(),
  revision: revision(),
  login: Type.Optional(
    whole(0, 2 ** 31 - 1, { description: 'Which change of principals made the one that its pods log in with.' }),
  ),
  consumes: Type.Optional(
    listMap(
      Type.Object({
        topic: text(249, { description: 'Name of the topic.' }),
        group: text(249, { description: 'The group that it is read in.' }),
      }),
      ['topic'],
      100,
      { description: 'What this version reads, and in which group.' },
    ),
  ),
};

const HandoverSchema = Type.Object(
  {
    from: choice(['a', 'b'], { description: 'The colour that gives the groups away.' }),
    to: choice(['a', 'b'], { description: 'The colour that takes them over.' }),
    fence: choice(['Access', 'Scale'], {
      description: 'What keeps the giving colour out: rules of the brokers, or having no pods.',
    }),
    replicas: Type.Optional(
      whole(0, 1000, { description: 'Pods of a colour that has all, held until the handover is over.' }),
    ),
    steps: listMap(
      Type.Object({
        name: choice(['Schemas', 'ScaleUp', 'Drain', 'Fence', 'Record', 'Grant', 'Open', 'Switch'], {
          description: 'What is done.',
        }),
        startedAt: Type.Optional(moment('When it began. Absent: it is still to come.')),
      }),
      ['name'],
      8,
      { description: 'In their order; the last one that began is the one under way.' },
    ),
    groups: Type.Optional(
      list(text(249), 100, { description: 'Groups that had members when it began: they are to have some after it.' }),
    ),
    hosts: Type.Optional(
      list(text(253), 1000, {
        description: 'Addresses of the giving pods when it began, by which members of pods that died since are known.',
      }),
    ),
  },
  { description: 'How the consumer groups go from one colour to the other.' },
);

export const ReleaseStatusSchema = Type.Object(
  {
    phase: choice(['Stable', 'Gate', 'Preparing', 'Previewing', 'Promoting', 'Soaking', 'Aborting'], {
      description: 'Where the release stands.',
    }),
    active: Type.Optional(Type.Object(versionFields, { description: 'The version that serves.' })),
    candidate: Type.Optional(Type.Object(versionFields, { description: 'The version that is to take over.' })),
    previous: Type.Optional(
      Type.Object(
        { ...versionFields, until: moment('When its pods go.') },
        { description: 'The version before, whose pods are kept for a while.' },
      ),
    ),
    phaseStartedAt: Type.Optional(moment('When the phase began.')),
    deadlineAt: Type.Optional(moment('When the phase is over its time, unless that stands still.')),
    stoppedAt: Type.Optional(
      moment('Since when the time of the phase stands still: approval is awaited, or the brokers are away.'),
    ),
    handover: Type.Optional(HandoverSchema),
    roles: Type.Optional(
      listMap(
        Type.Object({
          colour: colour(),
          role: choice(['open', 'draining', 'closed'], { description: 'What its pods may do in the background.' }),
          epoch: whole(0, 2 ** 31 - 1, { description: 'The higher one counts.' }),
        }),
        ['colour'],
        2,
        { description: 'What the role files of the two colours say.' },
      ),
    ),
    restorePoint: Type.Optional(
      list(
        Type.Object({
          group: text(249, { description: 'The consumer group.' }),
          topic: text(249, { description: 'The topic.' }),
          topicId: text(64, { description: "Kafka's id of the topic." }),
          offsets: list(whole(-1, Number.MAX_SAFE_INTEGER), 1024, {
            description: 'By partition, the next offset to be read; -1: none was committed.',
          }),
        }),
        200,
        { description: 'Where the groups stood when they were handed over.' },
      ),
    ),
    checks: Type.Optional(
      listMap(
        Type.Object({
          name: text(63, { description: 'Name of the check.' }),
          state: choice(['Pending', 'Passed', 'Failing', 'Failed'], { description: 'What came of it.' }),
          failures: whole(0, 1000, { description: 'How often it failed one after another.' }),
          askedAt: Type.Optional(moment('When it last changed its mind.')),
          message: Type.Optional(text(1024, { description: 'Its answer in words.' })),
        }),
        ['name'],
        16,
        { description: 'What came of the checks.' },
      ),
    ),
    rejected: Type.Optional(
      text(64, { description: 'Revision that was aborted: it is not tried again before sluice.dev/retry.' }),
    ),
    handled: Type.Optional(
      Type.Object(
        {
          abort: Type.Optional(Type.String({ maxLength: 1024, description: 'Of sluice.dev/abort.' })),
          retry: Type.Optional(Type.String({ maxLength: 1024, description: 'Of sluice.dev/retry.' })),
        },
        { description: 'Values of annotations that were acted on last.' },
      ),
    ),
    history: Type.Optional(
      list(
        Type.Object({
          revision: revision(),
          outcome: choice(['Promoted', 'Aborted', 'Reverted'], { description: 'What became of it.' }),
          at: moment('When that was.'),
          message: Type.Optional(text(1024, { description: 'Why.' })),
        }),
        10,
        { description: 'The last releases, the newest first.' },
      ),
    ),
    message: Type.Optional(text(4096, { description: 'What the release waits for, or why it was aborted.' })),
  },
  { description: 'How the newest version takes over.' },
);
export type ReleaseStatus = Fixed<Type.Static<typeof ReleaseStatusSchema>>;
export type ReleaseVersion = NonNullable<ReleaseStatus['active']>;
export type Handover = NonNullable<ReleaseStatus['handover']>;
export type HandoverStep = Handover['steps'][number]['name'];
export type ReleaseRole = NonNullable<ReleaseStatus['roles']>[number]['role'];
