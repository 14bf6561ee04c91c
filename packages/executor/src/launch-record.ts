// What of a launch is kept on disk beside its handle, so that a later process can attach, repair and look inside.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchPlan } from './launch-plan.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { LaunchHandle } from './types.ts';

/** Holds no environment and no arguments: these may be secret. */
export interface LaunchRecord {
  readonly version: 1;
  readonly handle: LaunchHandle;
  readonly plan: Omit<LaunchPlan, 'env' | 'argv' | 'token'>;
  readonly oomCounter?: { readonly file: string; readonly key: string };
  /** Copier of stdout (which also writes the exit record) and of stderr. */
  readonly copiers: { readonly stdout: ProcessIdentity; readonly stderr?: ProcessIdentity };
}

export function writeLaunchRecord(record: LaunchRecord): void {
  writeFileSync(join(record.plan.dir, 'launch.json'), JSON.stringify(record), { mode: 0o600 });
}

/** @throws when there is none or it is not readable */
export function readLaunchRecord(dir: string): LaunchRecord {
  return JSON.parse(readFileSync(join(dir, 'launch.json'), 'utf8')) as LaunchRecord;
}
