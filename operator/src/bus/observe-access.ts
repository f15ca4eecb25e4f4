// Who may do what on a bus, as a service or a job needs to know it: from the brokers, and on a Strimzi cluster from the
// KafkaUsers that its principals are made by.
import { busKeyOf, type EventBus, labels } from '../api/index.ts';
import type { AccessPort } from '../plan/index.ts';
import type { ReconcileContext } from '../runtime/index.ts';
import {
  givenByKafkaUsers,
  isChildOf,
  isSettled,
  type KafkaUsers,
  kafkaUsers,
  strimziAccessPort,
  withKafkaUsers,
} from '../strimzi/index.ts';
import type { AccessView } from './access-view.ts';
import type { BusAccess } from './observation.ts';
import { usersOf } from './principal.ts';
import { secrets } from './resources.ts';
import type { BusDependent } from './watches.ts';

type Cached = Pick<ReconcileContext, 'cache'>;

export async function observeAccess(
  object: BusDependent,
  bus: EventBus,
  view: AccessView,
  context: Cached,
): Promise<BusAccess> {
  const known = await view.live();
  if (!bus.spec.kafka.strimzi) return { live: known, given: view.given, visibleTo: view.visibleTo };
  const users = kafkaUsersOf(object, context);
  // No write of ours tells when Strimzi has changed the brokers.
  const live = isSettled(users, known) ? known : await view.live({ isFresh: true });
  const isDone = isSettled(users, live);
  if (!isDone) view.forgetVisible(...users.keys());
  return {
    live: withKafkaUsers(live, users),
    given: givenByKafkaUsers(live, users),
    // While rules are being changed, what it sees tells nothing.
    visibleTo: async (credential) => (isDone ? view.visibleTo(credential) : undefined),
    kafkaUsers: users,
  };
}

export function accessPortOf(
  object: BusDependent,
  bus: EventBus,
  view: AccessView,
  { cache, client }: Pick<ReconcileContext, 'cache' | 'client'>,
): AccessPort {
  if (!bus.spec.kafka.strimzi) return view.port;
  const { name } = object.metadata;
  const holder = { [object.kind === 'StreamJob' ? labels.job : labels.service]: name };
  return strimziAccessPort({ bus, cache, client, holder, secrets });
}

/** Those that Sluice made, for a bus that may be gone. */
export function ownKafkaUsersOf(object: BusDependent, context: Cached): KafkaUsers {
  const bus = { metadata: busKeyOf(object) };
  return new Map([...kafkaUsersOf(object, context)].filter(([, user]) => user && isChildOf(user, bus)));
}

/** Both of its principals', by user. */
function kafkaUsersOf(object: BusDependent, { cache }: Cached): KafkaUsers {
  const { namespace } = busKeyOf(object);
  return new Map(usersOf(object).map((name) => [name, cache.get(kafkaUsers, { namespace, name })]));
}
