// The CustomResourceDefinition of a kind, as a value. apiextensions.k8s.io/v1; pure.
import { group, version } from '../v1alpha1/group.ts';
import type { Kind } from '../v1alpha1/kinds.ts';
import { type SchemaNode, schemaOf, toStructural } from './structural.ts';

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly scope: 'Namespaced';
    readonly versions: readonly CrdVersion[];
  };
}

interface CrdVersion {
  readonly name: string;
  readonly served: true;
  readonly storage: true;
  readonly additionalPrinterColumns: readonly object[];
  readonly subresources: { readonly status: object; readonly scale?: object };
  readonly schema: { readonly openAPIV3Schema: SchemaNode };
}

export function customResourceDefinitionOf(kind: Kind): CustomResourceDefinition {
  const { descriptor, singular, shortName, columns, scale } = kind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${descriptor.plural}.${group}` },
    spec: {
      group,
      names: {
        kind: descriptor.kind,
        listKind: `${descriptor.kind}List`,
        plural: descriptor.plural,
        singular,
        shortNames: [shortName],
        categories: ['sluice'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          subresources: {
            status: {},
            ...(scale && {
              scale: {
                specReplicasPath: scale.spec,
                statusReplicasPath: scale.status,
                labelSelectorPath: scale.selector,
              },
            }),
          },
          schema: { openAPIV3Schema: toStructural(schemaOf(kind)) },
        },
      ],
    },
  };
}
