// What the checks say of a candidate, from their results one after another. Pure.
import type { ReleaseSpec, ReleaseStatus } from '../api/index.ts';
import type { CheckResult, Seen } from './seen.ts';

type CheckStatus = NonNullable<ReleaseStatus['checks']>[number];
type Check = NonNullable<ReleaseSpec['checks']>[number];

/** One entry for every check that is declared, each result counted once. */
export function foldChecks(known: readonly CheckStatus[], { spec, checks }: Seen): readonly CheckStatus[] {
  return (spec.checks ?? []).map((check) => {
    const before = known.find(({ name }) => name === check.name) ?? { name: check.name, state: 'Pending', failures: 0 };
    const result = checks.get(check.name);
    return result && result.at !== before.askedAt ? fold(check, before, result) : before;
  });
}

/** Said again in the same words it is no news, and status is not written for it; a further failure is. */
function fold(check: Check, before: CheckStatus, { outcome, at, message, isFinal }: CheckResult): CheckStatus {
  if (before.state === 'Failed') return before;
  const told = { name: check.name, askedAt: at, message: message.slice(0, 1024) };
  switch (outcome) {
    case 'running':
      return before;
    case 'passed':
      return before.state === 'Passed' ? before : { ...told, state: 'Passed', failures: 0 };
    case 'inconclusive':
      // Holds what waits for it; what passed before is not taken back by no answer.
      return before.message === told.message ? before : { ...before, message: told.message };
    case 'failed': {
      const failures = before.failures + 1;
      return { ...told, failures, state: isFinal || failures > check.failureLimit ? 'Failed' : 'Failing' };
    }
  }
}

export function failedCheck(checks: readonly CheckStatus[] | undefined): string | undefined {
  const failed = checks?.find(({ state }) => state === 'Failed');
  return failed && `check ${failed.name} failed: ${failed.message ?? 'without a word'}`;
}

/** The first that has not passed, in a sentence. One that still runs has not. */
export function openCheck(checks: readonly CheckStatus[] | undefined): string | undefined {
  const open = checks?.find(({ state }) => state !== 'Passed');
  return open && `check ${open.name} has not passed${open.message === undefined ? '' : `: ${open.message}`}`;
}
