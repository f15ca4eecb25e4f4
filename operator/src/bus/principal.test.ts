import { describe, expect, it } from 'vitest';
import { annotations, type EventService } from '../api/index.ts';
import { anEventService, aStreamJob } from '../api/v1alpha1/builders.ts';
import { fingerprintOf } from '../kafka/index.ts';
import { loginOf, usersOf } from './principal.ts';

const now = new Date('2026-06-01T00:00:00Z');
const passwordOf = (identity: string) => `password of ${identity}`;

function service(access?: NonNullable<EventService['status']>['access'], rotate?: string): EventService {
  return anEventService(
    {},
    {
      metadata: { uid: 'u', ...(rotate === undefined ? {} : { annotations: { [annotations.rotate]: rotate } }) },
      ...(access ? { status: { access } } : {}),
    },
  );
}

const first = { user: 'shop.order.a', epoch: 0, since: '2026-05-01T00:00:00.000Z' };

describe('the login of a service', () => {
  it('begins with principal a', () => {
    expect(loginOf(service(), {}, passwordOf, now)).toEqual({
      user: 'shop.order.a',
      other: 'shop.order.b',
      password: 'password of u/shop.order.a/0',
      epoch: 0,
      rotation: undefined,
      since: now.toISOString(),
    });
  });

  it('stays the same for as long as nobody asks', () => {
    expect(loginOf(service(first), {}, passwordOf, now)).toMatchObject(first);
  });

  it('changes once for each new value of the annotation', () => {
    const asked = loginOf(service(first, 'x'), {}, passwordOf, now);
    expect(asked).toMatchObject({ user: 'shop.order.b', other: 'shop.order.a', epoch: 1, rotation: 'x' });
    const known = { user: asked.user, epoch: 1, rotation: 'x', since: asked.since };
    expect(loginOf(service(known, 'x'), {}, passwordOf, now)).toMatchObject({ epoch: 1 });
    expect(loginOf(service(known, 'y'), {}, passwordOf, now)).toMatchObject({ user: 'shop.order.a', epoch: 2 });
  });

  it('changes when its password is derived from another key, so that pods keep theirs until they roll', () => {
    const given = loginOf(service(), {}, passwordOf, now);
    const known = { ...first, fingerprint: fingerprintOf(given) };
    expect(loginOf(service(known), {}, passwordOf, now)).toMatchObject({ epoch: 0 });
    expect(loginOf(service(known), {}, () => 'of another key', now)).toMatchObject({ epoch: 1 });
  });

  it('never has the same password twice', () => {
    const passwords = [0, 1, 2, 3].map((epoch) => loginOf(service({ ...first, epoch }), {}, passwordOf, now).password);
    expect(new Set(passwords).size).toBe(4);
  });

  it('waits with the next change until the former principal is gone', () => {
    const changing = { ...first, former: 'shop.order.b' };
    expect(loginOf(service(changing, 'x'), {}, passwordOf, now)).toMatchObject({ epoch: 0 });
  });

  it('changes when it is as old as the bus lets it be', () => {
    const bus = (rotateAfterDays: number) => ({ access: { credentials: 'Managed', rotateAfterDays } }) as const;
    expect(loginOf(service(first), bus(32), passwordOf, now)).toMatchObject({ epoch: 0 });
    expect(loginOf(service(first), bus(31), passwordOf, now)).toMatchObject({ epoch: 1 });
  });

  it('is of names that no service and no job have in common', () => {
    const service = anEventService({}, { metadata: { name: 'fraud' } });
    const job = aStreamJob({}, { metadata: { name: 'fraud' } });
    expect(usersOf(service)).toEqual(['shop.fraud.a', 'shop.fraud.b']);
    expect(usersOf(job)).toEqual(['shop.fraud.job.a', 'shop.fraud.job.b']);
  });
});
