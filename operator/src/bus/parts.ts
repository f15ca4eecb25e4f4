// What main.ts gives to each kind's controller.
import type { Config } from '../config.ts';
import type { BusConnections } from './connections.ts';
import type { Passwords } from './passwords.ts';

export interface KindParts {
  readonly buses: BusConnections;
  readonly passwords: Passwords;
  readonly config: Config;
}
