// SchemasCompatible, from what the level says and from what readers and writers say to each other. Pure.
import { reasons } from '../../api/index.ts';
import type { Verdict } from '../../plan/index.ts';
import type { GateDecision } from './decide.ts';
import type { Participant } from './use.ts';

/** `verdict`: by the level. Of two that refuse, the one that a person must mend speaks. */
export function withGate(
  verdict: Verdict,
  { refusal, approved }: GateDecision,
  { live, wanted }: Participant,
): Verdict {
  if (refusal) {
    const isLess = verdict.status === 'True' || (verdict.effect === 'waiting' && refusal.effect === 'stalled');
    if (!isLess) return verdict;
    const { reason, message, effect, isUnknown } = refusal;
    return { type: verdict.type, status: isUnknown ? 'Unknown' : 'False', reason, message, effect };
  }
  if (verdict.status !== 'True') return verdict;
  const kept = [...live.reads, ...live.writes].flatMap((use) => use.approved ?? []);
  const told = [...new Set([...kept, ...approved.values()])]
    .map((fact) => ` Live by approval, though ${fact}.`)
    .join('');
  const count = wanted.reads.length;
  if (verdict.reason !== reasons.notRequired || count === 0)
    return { ...verdict, message: `${verdict.message}${told}` };
  const message = `What is written can be read by the declared schemas: ${count}.${told}`;
  return { ...verdict, reason: reasons.compatible, message };
}
