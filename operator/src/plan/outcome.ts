// What became of a Plan: which changes were carried out, which are held back, and what failed.
import type { Change } from './change.ts';

export interface Outcome {
  /** In their order. An Apply that found nothing to change is not among them. */
  readonly done: readonly Change[];
  /** Waits for something or for approval, or mode Plan shows it alone. */
  readonly held: readonly Change[];
  /** The change that failed and ended the reconcile; what came after it was not tried. */
  readonly failure?: { readonly change: Change; readonly error: unknown };
}

export const nothingDone: Outcome = { done: [], held: [] };
