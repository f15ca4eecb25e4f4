// spec.release of an EventService: how a new version takes over from the running one, and where that stands.
import Type from 'typebox';
import { anything, choice, type Fixed, listMap, node, text, textMap, whole } from '../schema.ts';

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

function versionOf(description: string) {
  return Type.Object(
    {
      colour: choice(['a', 'b'], { description: 'Which of the two Deployments it is.' }),
      revision: text(64, { description: 'Hash of what the user wrote.' }),
    },
    { description },
  );
}

export const ReleaseStatusSchema = Type.Object(
  {
    phase: choice(['Stable', 'Gate', 'Preparing', 'Previewing', 'Promoting', 'Soaking', 'Aborting'], {
      description: 'Where the release stands.',
    }),
    active: Type.Optional(versionOf('The version that serves.')),
    candidate: Type.Optional(versionOf('The version that is to take over.')),
    phaseStartedAt: Type.Optional(
      Type.String({ format: 'date-time', maxLength: 64, description: 'When the phase began.' }),
    ),
    message: Type.Optional(text(4096, { description: 'What the release waits for, or why it was aborted.' })),
  },
  { description: 'How the newest version takes over.' },
);
export type ReleaseStatus = Fixed<Type.Static<typeof ReleaseStatusSchema>>;
