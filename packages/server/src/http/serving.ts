// What requests of one listener are answered with.

import type { Api } from './api.ts';
import type { Entrance } from './listener.ts';
import type { Policy } from './policy.ts';
import type { Router } from './router.ts';

export interface Serving {
  readonly api: Api;
  readonly routes: Router;
  readonly policy: Policy;
  readonly entrance: Entrance;
}
