// How pods of one version are spread over nodes, beside what the template says of it. Pure.
import { type EventService, labels } from '../../api/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The template's constraints as they are written, then those of the spec whose key the template does not have. */
export function spreadConstraints({ spec }: EventService, selector: Readonly<Record<string, string>>): unknown {
  const written = spec.template.spec['topologySpreadConstraints'];
  if (!spec.spread || (written !== undefined && written !== null && !Array.isArray(written))) return written;
  const own: readonly Fields[] = Array.isArray(written) ? written : [];
  const keys = new Set(own.map((constraint) => constraint['topologyKey']));
  return [
    ...own,
    ...spec.spread
      .filter(({ topologyKey }) => !keys.has(topologyKey))
      // Each version is balanced for itself: counting the one that goes would leave the new one out of balance.
      .map((constraint) => ({
        ...constraint,
        labelSelector: { matchLabels: selector },
        matchLabelKeys: [labels.revision],
      })),
  ];
}
