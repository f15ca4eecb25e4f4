// A label selector, judged as Kubernetes does (apimachinery: pkg/labels/selector.go). Pure.
import type { EventBusSpec } from '../api/index.ts';

export type LabelSelector = NonNullable<EventBusSpec['allowedNamespaces']['selector']>;

/** All terms must hold; an empty selector matches everything. */
export function matchesSelector(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const isEqual = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return isEqual && (selector.matchExpressions ?? []).every((term) => holds(term, labels));
}

type Term = NonNullable<LabelSelector['matchExpressions']>[number];

function holds({ key, operator, values = [] }: Term, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
