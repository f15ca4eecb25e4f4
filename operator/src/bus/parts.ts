// What main.ts gives to each kind's controller.
import type { Config } from '../config.ts';
import type { BusConnections } from './connections.ts';

export interface KindParts {
  readonly buses: BusConnections;
  readonly config: Config;
}
