// The notifications made of alerts: the last ones, in memory.
import type { FraudAlert } from './fraud-alert.ts';

export interface Notification extends FraudAlert {
  readonly text: string;
}

export class Notifications {
  readonly #capacity: number;
  #kept: readonly Notification[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Keeps a notification of the alert; the oldest goes when there are too many. */
  add(alert: FraudAlert): void {
    this.#kept = [...this.#kept, { ...alert, text: textOf(alert) }].slice(-this.#capacity);
  }

  /** Oldest first. */
  list(customerId?: string): readonly Notification[] {
    return customerId === undefined ? this.#kept : this.#kept.filter((kept) => kept.customerId === customerId);
  }
}

function textOf({ customerId, amountsCents, currency }: FraudAlert): string {
  const amounts = amountsCents.map((cents) => (cents / 100).toFixed(2)).join(', ');
  return `Customer ${customerId} placed ${amountsCents.length} orders of rising amounts within a minute: ${amounts} ${currency}.`;
}
