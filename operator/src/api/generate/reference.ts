// The reference of a kind as Markdown: what its schema says, for people. Pure.
import { apiVersion } from '../v1alpha1/group.ts';
import type { Kind } from '../v1alpha1/kinds.ts';
import { childrenOf, type PlacedNode, placedRulesOf, requiredOf, type SchemaNode, schemaOf } from './structural.ts';

export function referenceOf(kind: Kind): string {
  const root = schemaOf(kind);
  const { descriptor, shortName, columns, scale } = kind;
  const rules = placedRulesOf(root).map(({ path, message }) => [code(path || 'metadata'), message]);
  return [
    `# ${descriptor.kind}`,
    '',
    String(root['description']),
    '',
    `\`apiVersion: ${apiVersion}\`, \`kind: ${descriptor.kind}\`; namespaced; \`kubectl get ${descriptor.plural}\`, ` +
      `\`${shortName}\`, or all three kinds with \`kubectl get sluice\`.` +
      (scale ? ` \`kubectl scale\` and autoscalers set \`${scale.spec.slice(1)}\`.` : ''),
    '',
    '## Fields',
    '',
    ...table(
      ['Field', 'Type', 'Default', 'What it is'],
      fieldsIn(root, 'spec').map(({ path, type, defaultValue, isRequired, what }) => [
        path,
        type,
        defaultValue,
        isRequired ? `**Required.** ${what}` : what,
      ]),
    ),
    '',
    '## Rules',
    '',
    'A resource that breaks one is refused with its message.',
    '',
    ...table(['Where', 'Message'], rules),
    '',
    '## Status',
    '',
    ...table(
      ['Field', 'Type', 'What it is'],
      fieldsIn(root, 'status').map(({ path, type, what }) => [path, type, what]),
    ),
    '',
    '## Columns',
    '',
    ...table(
      ['Column', 'From', 'Shown'],
      columns.map(({ name, jsonPath, priority }) => [name, code(jsonPath), priority ? 'with `-o wide`' : 'always']),
    ),
    '',
  ].join('\n');
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly defaultValue: string;
  readonly isRequired: boolean;
  readonly what: string;
}

/** Every field below `section`, in the schema's order. */
function fieldsIn(root: SchemaNode, section: string): readonly Field[] {
  const top = childrenOf(root, '').find(({ path }) => path === section);
  return top ? descend(top) : [];
}

function descend({ path, schema }: PlacedNode): readonly Field[] {
  const required = requiredOf(schema);
  return childrenOf(schema, path).flatMap((child): readonly Field[] => {
    // Items and values are told of in the line of their list or map; what is in them follows it.
    if (/(\[]|\*)$/.test(child.path)) return descend(child);
    const name = child.path.slice(path.length + 1);
    const field = {
      path: code(child.path),
      type: typeOf(child.schema),
      defaultValue: defaultOf(child.schema),
      isRequired: required.includes(name),
      what: String(child.schema['description'] ?? ''),
    };
    return [field, ...descend(child)];
  });
}

function typeOf(schema: SchemaNode): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => code(String(value))).join(', ');
  if (schema['x-kubernetes-int-or-string']) return 'integer or text';
  const [below] = childrenOf(schema, '');
  switch (schema['type']) {
    case 'array':
      return `list of ${below?.schema['type'] === 'object' ? 'objects' : 'texts'}, at most ${schema['maxItems']}`;
    case 'object':
      return schema['additionalProperties'] === undefined ? 'object' : 'map of texts';
    case 'string':
      return schema['format'] === 'date-time' ? 'time' : `text, at most ${schema['maxLength']}`;
    case 'integer':
      return `integer, ${schema['minimum']} to ${boundOf(schema['maximum'])}`;
    default:
      return String(schema['type']);
  }
}

function boundOf(maximum: unknown): string {
  return maximum === Number.MAX_SAFE_INTEGER ? '2⁵³ − 1' : String(maximum);
}

function defaultOf(schema: SchemaNode): string {
  const value = schema['default'];
  if (value === undefined || typeof value === 'object') return '';
  return code(String(value));
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
