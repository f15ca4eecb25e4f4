// The generated files as values, by their path from the repository's root. Pure: whoever compares need write nothing.
import { stringify } from 'yaml';
import { group } from '../v1alpha1/group.ts';
import { type Kind, kinds } from '../v1alpha1/kinds.ts';
import { customResourceDefinitionOf } from './crd.ts';
import { referenceOf } from './reference.ts';
import type { Tree } from './tree.ts';

export const command = 'npm run generate';
const source = 'operator/src/api/v1alpha1';

export function generatedTree(): Tree {
  return {
    files: new Map(
      kinds.flatMap((kind): readonly (readonly [string, string])[] => [
        [`crds/${group}_${kind.descriptor.plural}.yaml`, crdFile(kind)],
        [`charts/sluice/templates/crds/${kind.descriptor.plural}.yaml`, chartTemplate(kind)],
        [`docs/reference/${kind.descriptor.kind.toLowerCase()}.md`, referenceFile(kind)],
      ]),
    ),
    folders: ['crds', 'charts/sluice/templates/crds'],
  };
}

function crdFile(kind: Kind): string {
  return `# Generated from ${source} by: ${command}\n${toYaml(customResourceDefinitionOf(kind))}`;
}

function referenceFile(kind: Kind): string {
  return `<!-- Generated from ${source} by: ${command} -->\n\n${referenceOf(kind)}`;
}

/** As a template and not under the chart's crds/, which `helm upgrade` never touches. Kept when the chart goes: objects go with their CRD. */
function chartTemplate(kind: Kind): string {
  const crd = customResourceDefinitionOf(kind);
  const kept = { ...crd, metadata: { ...crd.metadata, annotations: { 'helm.sh/resource-policy': 'keep' } } };
  return [
    `{{- /* Generated from ${source} by: ${command} */ -}}`,
    '{{- if .Values.crds.install }}',
    `${escapeActions(toYaml(kept)).trimEnd()}`,
    '{{- end }}',
    '',
  ].join('\n');
}

/** YAML 1.1, as Kubernetes reads it: `on` and `no` come quoted. */
function toYaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 120, aliasDuplicateObjects: false });
}

/** A description that holds `{{` stays text in a template. */
function escapeActions(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}
