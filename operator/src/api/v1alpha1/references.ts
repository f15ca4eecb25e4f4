// References to other objects, durations and quantities, as every kind writes them.
import Type from 'typebox';
import { type Fixed, intOrText, type NodeOptions, node, text } from '../schema.ts';

export const SecretReferenceSchema = Type.Object(
  { name: text(253, { description: 'Name of a Secret in the same namespace.' }) },
  { description: 'A Secret in the same namespace.' },
);

export function secretKeyReference(description: string) {
  return Type.Object(
    {
      name: text(253, { description: 'Name of a Secret in the same namespace.' }),
      key: text(253, { description: 'Key in the Secret.' }),
    },
    { description },
  );
}

export const ConfigMapKeyReferenceSchema = Type.Object(
  {
    name: text(253, { description: 'Name of a ConfigMap in the same namespace.' }),
    key: text(253, { description: 'Key in the ConfigMap.' }),
  },
  { description: 'A key of a ConfigMap in the same namespace.' },
);

export const BusReferenceSchema = Type.Object(
  {
    name: text(63, { description: 'Name of the EventBus.' }),
    namespace: Type.Optional(
      text(63, { description: "The bus's namespace, where it is another one; that bus must allow it." }),
    ),
  },
  node({
    description: 'The EventBus this resource lives on. Immutable.',
    rules: [
      {
        id: 'immutable',
        rule: 'self == oldSelf',
        message: 'spec.bus cannot change: create a new resource that names the other bus.',
      },
    ],
  }),
);
export type BusReference = Fixed<Type.Static<typeof BusReferenceSchema>>;

/** A duration such as `500ms`, `10s`, `5m` or `24h`. */
export function duration(options: NodeOptions = {}) {
  return text(16, {
    ...options,
    rules: [
      {
        id: 'duration',
        rule: "self.matches('^(0|[1-9][0-9]{0,9})(ms|s|m|h)$')",
        message: 'A duration is a whole number and one of ms, s, m or h: write for example 10s or 5m.',
      },
    ],
  });
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration as the API accepts it. Throws a RangeError for anything else. */
export function durationToMs(value: string): number {
  const match = /^(0|[1-9]\d{0,9})(ms|s|m|h)$/.exec(value);
  if (!match) throw new RangeError(`"${value}" is not a duration: write for example 10s or 5m`);
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

/** A Kubernetes quantity: a number or text such as `500m`, `2` or `1Gi`. */
export function quantity(options: NodeOptions = {}) {
  return intOrText(32, {
    ...options,
    rules: [
      {
        id: 'quantity',
        rule: 'type(self) == int ? int(self) > 0 : isQuantity(string(self)) && quantity(string(self)).isGreaterThan(quantity("0"))',
        message: 'A quantity is a positive number with an optional unit: write for example 500m, 2 or 1Gi.',
      },
    ],
  });
}
