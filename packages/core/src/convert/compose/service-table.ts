// All keys of a Compose service.

import { type KeyTable, reads } from '../read/key-table.ts';
import { deployKeys } from './deploy-keys.ts';
import { healthKeys } from './health-keys.ts';
import { limitKeys } from './limit-keys.ts';
import { portKeys } from './port-keys.ts';
import { processKeys } from './process-keys.ts';
import type { ServiceContext } from './service-context.ts';
import { volumeKeys } from './volume-keys.ts';

/** What becomes of each key of a service. */
export const serviceTable: KeyTable<ServiceContext> = {
  ...processKeys,
  ...portKeys,
  ...volumeKeys,
  ...limitKeys,
  ...deployKeys,
  ...healthKeys,
  extends: reads('the keys of another service of the file; those of other files are errors', () => undefined),
  profiles: reads('services of profiles that are not in COMPOSE_PROFILES are left out; warned about', () => undefined),
};
