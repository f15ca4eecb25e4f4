// Names, labels and selectors of what an EventService is made of. Selectors are immutable: they never change.
import { type Colour, type EventService, labels, managedBy, type ObjectMeta } from '../../api/index.ts';

export function deploymentName(service: EventService, colour: Colour): string {
  return `${service.metadata.name}-${colour}`;
}

/** Of the version that is in force; the first one's is `a`. While versions roll it stays what it is. */
export function activeColourOf({ status }: EventService): Colour {
  return status?.release?.active?.colour ?? 'a';
}

/** Selector of one colour's pods. */
export function colourSelector(service: EventService, colour: Colour): Readonly<Record<string, string>> {
  return { [labels.service]: service.metadata.name, [labels.colour]: colour };
}

/** The same selector in the form of status.selector, which autoscalers read. */
export function selectorText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Metadata of a child under `name`, with the labels that every child carries. */
export function childMetadata(
  { metadata }: EventService,
  name: string,
  extra: Readonly<Record<string, string>> = {},
): ObjectMeta {
  return {
    name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labels: {
      [labels.name]: metadata.name,
      [labels.instance]: metadata.name,
      [labels.managedBy]: managedBy,
      [labels.service]: metadata.name,
      ...extra,
    },
  };
}
