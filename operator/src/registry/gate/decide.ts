// Who goes first: whether what a resource newly reads and writes may go live beside the readers and writers that there
// are, and if not, whom it waits for. Pure and total.
import { annotations, type Reason, reasons } from '../../api/index.ts';
import { hashOf } from '../../runtime/index.ts';
import { isOnItsWay, type Obstacle, obstaclesOf, type Surroundings } from './obstacles.ts';
import type { Participant } from './use.ts';
import { toldOf } from './words.ts';

/** Why a reader's own schema cannot be judged. */
export interface ReadProblem {
  readonly reason: Reason;
  readonly message: string;
  readonly effect: 'waiting' | 'stalled';
  /** Nobody could judge it. */
  readonly isUnknown?: boolean;
}

export interface GateObserved extends Surroundings {
  readonly self: Participant;
  readonly problems: readonly ReadProblem[];
  /** The annotation `sluice.dev/approve`. */
  readonly approved: string | undefined;
}

export interface GateDecision {
  /** Nothing of what is wanted may go live. */
  readonly refusal?: ReadProblem;
  /** By fingerprint of what goes live by a person's word: what cannot be read. */
  readonly approved: ReadonlyMap<string, string>;
}

export function decideGate(observed: GateObserved): GateDecision {
  const { self, problems, approved } = observed;
  const nothing = new Map<string, string>();
  const problem = problems.find(({ effect }) => effect === 'stalled') ?? problems[0];
  if (problem) return { refusal: problem, approved: nothing };
  const obstacles = obstaclesOf(self, observed);
  if (obstacles.length === 0) return { approved: nothing };
  const hash = approvalOf(obstacles);
  if (approved === hash) return { approved: approvals(obstacles) };
  return { refusal: refusalOf(self, obstacles, hash), approved: nothing };
}

/** A schema's own fingerprint where it is one, so that the word for one schema holds whoever speaks against it. */
function approvalOf(obstacles: readonly Obstacle[]): string {
  const [first = '', ...more] = [...new Set(obstacles.map(({ use }) => use.fingerprint))].sort();
  return more.length === 0 ? first : hashOf([first, ...more]);
}

function approvals(obstacles: readonly Obstacle[]): ReadonlyMap<string, string> {
  const byUse = Map.groupBy(obstacles, ({ use }) => use.fingerprint);
  return new Map(
    [...byUse].map(([fingerprint, all]) => {
      const [first] = all;
      return [fingerprint, first ? `${toldOf(first).fact}${moreThan(all)}` : ''];
    }),
  );
}

/** By what a person can do: what never heals, then who waits for whom. */
const kinds = ['forGood', 'deadlock', 'stalled', 'waiting'] as const;
type Kind = (typeof kinds)[number];

function refusalOf(self: Participant, obstacles: readonly Obstacle[], hash: string): ReadProblem {
  const sorted = kinds.flatMap((kind) => {
    const found = obstacles.filter((obstacle) => kindOf(self, obstacle) === kind);
    return found.length === 0 ? [] : [{ kind, found }];
  });
  const [worst] = sorted;
  const [first] = worst?.found ?? [];
  if (!worst || !first) throw new RangeError('there is nothing to refuse');
  const approve = `to go on all the same, set the annotation ${annotations.approve}: ${hash}`;
  const { fact, mend } = toldOf(first);
  const more = moreThan(obstacles);
  const what =
    first.kind === 'reader'
      ? `The schema that ${self.name} is to write to topic ${first.use.topic} with`
      : `The schema that ${self.name} is to read topic ${first.use.topic} with`;
  const whom = first.kind === 'reader' ? 'its reader' : 'its writer';
  switch (worst.kind) {
    case 'forGood':
      return {
        reason: reasons.schemaIncompatible,
        message: `${what} cannot go live: ${fact}: ${mend}${more}. ${whyForGood(first)}; ${approve}. ${keeps}`,
        effect: 'stalled',
      };
    case 'deadlock':
      return {
        reason: reasons.schemaDeadlock,
        message: `${deadlockTold(self, first)}; ${approve}. ${keeps}`,
        effect: 'stalled',
      };
    case 'stalled':
      return {
        reason: waitingReason(first),
        message: `${what} waits for ${whom}: ${fact}: ${mend}${more}. It goes on by itself once that is so; ${approve}. ${keeps}`,
        effect: 'stalled',
      };
    case 'waiting':
      return {
        reason: waitingReason(first),
        message: `${what} waits for ${whom}: ${fact}${more}. The spec there goes with it, so it goes on by itself once no pod is left there that does not. ${keeps}`,
        effect: 'waiting',
      };
  }
}

const keeps = 'What runs keeps running.';

function kindOf(self: Participant, obstacle: Obstacle): Kind {
  if (obstacle.kind === 'version' || obstacle.other.name === self.name) return 'forGood';
  if (mutualObstacle(self, obstacle.other)) return 'deadlock';
  return isOnItsWay(obstacle) ? 'waiting' : 'stalled';
}

/** What `other` waits for in its turn, where that is `self`. */
function mutualObstacle(self: Participant, other: Participant): Obstacle | undefined {
  const back = obstaclesOf(other, { others: [self], retained: new Map() });
  return back.find((obstacle) => obstacle.kind !== 'version' && obstacle.other.name === self.name);
}

function whyForGood(first: Obstacle): string {
  if (first.kind !== 'version') {
    return 'The versions of one service run side by side for a while: let it take the schema that it reads with first, and write the new one then';
  }
  return first.isKept
    ? 'Events of that version may still be in the topic'
    : 'That version is the newest in the registry';
}

function deadlockTold(self: Participant, first: Obstacle): string {
  const other = first.kind === 'version' ? undefined : first.other;
  const back = other && mutualObstacle(self, other);
  const name = other?.name ?? '';
  const told = back ? ` For ${name}, ${toldOf(back).fact}.` : '';
  return `${self.name} and ${name} wait for each other. For ${self.name}, ${toldOf(first).fact}.${told} Give one of them a schema in between first, which goes with what the other runs with and with what it is to run with`;
}

function waitingReason({ kind }: Obstacle): Reason {
  return kind === 'reader' ? reasons.waitingForReader : reasons.waitingForWriter;
}

function moreThan(obstacles: readonly Obstacle[]): string {
  const count = obstacles.reduce((sum, { breaks }) => sum + breaks.length, 0) - 1;
  return count === 0 ? '' : ` (and ${count} more)`;
}
