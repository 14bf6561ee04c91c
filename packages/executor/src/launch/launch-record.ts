// What of a launch is kept on disk beside its handle, so that a later process can attach, repair and look inside.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../cgroup/cgroup-host.ts';
import type { LaunchHandle } from '../types.ts';
import type { RecordedPlan } from './launch-plan.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Holds no environment and no arguments: these may be secret. */
export interface LaunchRecord {
  readonly version: 1;
  readonly handle: LaunchHandle;
  readonly plan: RecordedPlan;
  readonly oomCounter?: { readonly file: string; readonly key: string };
  /** Copier of stdout (which also writes the exit record) and of stderr. */
  readonly copiers: { readonly stdout: ProcessIdentity; readonly stderr?: ProcessIdentity };
}

export function writeLaunchRecord(record: LaunchRecord): void {
  writeFileSync(`${record.plan.dir}/launch.json`, JSON.stringify(record), { mode: 0o600 });
}

/** Undefined when there is none, or one that a crash left half written: then the launch was never acknowledged. */
export function findLaunchRecord(dir: string): LaunchRecord | undefined {
  const text = readIfThere(join(dir, 'launch.json'));
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text) as LaunchRecord;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
