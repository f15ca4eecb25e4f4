// The event FraudAlert, as far as this service reads it: schemas/fraud-alert.avsc.

export interface FraudAlert {
  /** The same when the alert is delivered again. */
  readonly alertId: string;
  readonly customerId: string;
  readonly currency: string;
  /** In the order they were placed. */
  readonly orderIds: readonly string[];
  readonly amountsCents: readonly number[];
  /** Milliseconds since the epoch. */
  readonly detectedAt: number;
}
