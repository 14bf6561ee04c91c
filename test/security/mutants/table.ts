// The guards that security rests on, each with the test that dies without it. One file a room; run: npm run mutants -- security

import type { Mutant } from '../../../scripts/mutants/mutant.ts';
import { apiMutants } from './api.ts';
import { apiSocketMutants } from './api-sockets.ts';
import { diskMutants } from './disk.ts';
import { dockerMutants } from './docker.ts';
import { fileMutants } from './files.ts';
import { hostUserMutants } from './host-users.ts';
import { isolationMutants } from './isolation.ts';
import { logMutants } from './logs.ts';
import { nameMutants } from './names.ts';
import { qemuMutants } from './qemu.ts';
import { seccompMutants } from './seccomp.ts';
import { userMutants } from './users.ts';

export const securityMutants: readonly Mutant[] = [
  ...apiSocketMutants,
  ...apiMutants,
  ...diskMutants,
  ...dockerMutants,
  ...fileMutants,
  ...hostUserMutants,
  ...isolationMutants,
  ...logMutants,
  ...nameMutants,
  ...qemuMutants,
  ...seccompMutants,
  ...userMutants,
];
