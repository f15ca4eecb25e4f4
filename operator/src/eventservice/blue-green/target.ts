// What the release of a service asks for now, by its status. Pure.
import type { Colour, EventService } from '../../api/index.ts';
import { hasPreview, type Target, targetOf } from '../../release/index.ts';
import { revisionOf } from '../revision.ts';

/** Undefined before the first look. */
export function targetFor(service: EventService, release = service.status?.release): Target | undefined {
  if (!release) return undefined;
  const isBeside = hasPreview(release, { spec: service.spec.release });
  return targetOf(release, { revision: revisionOf(service), hasPreview: isBeside });
}

/** The colour that requests go to; undefined before the first look. */
export function servingOf(service: EventService): Colour | undefined {
  return targetFor(service)?.serving;
}
