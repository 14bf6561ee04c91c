// Everything a launch needs, resolved: no choices are left to whoever carries it out.
import type { DevicePlan } from '../cgroup/device-groups.ts';
import type { DeniedIds } from '../isolation/denied-ids.ts';
import type { ResolvedUser } from '../isolation/users.ts';
import type { LogView } from '../types.ts';

export interface LaunchPlan {
  readonly token: string;
  readonly id: string;
  /** Name of the exit record and of the cgroup: the id in safe characters. */
  readonly name: string;
  /** The launch's private directory. */
  readonly dir: string;
  readonly exitFile: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user: ResolvedUser;
  /** Its own groups. The first one is the one that it is killed by. */
  readonly cgroups: readonly string[];
  readonly devices?: DevicePlan;
  readonly oomScoreAdj: number;
  readonly networkNamespace?: string | 'none';
  readonly chroot?: {
    readonly root: string;
    readonly hostname?: string;
    readonly pidMode: 'private' | 'host';
    readonly ipcMode: 'private' | 'host';
    readonly capabilities: readonly string[];
    /** The default filter of system calls. */
    readonly filtersCalls: boolean;
    readonly deniedIds?: DeniedIds;
  };
  /** See `HostIsolation.reach`; only where the user is not root. */
  readonly reach?: string;
  readonly logs?: LogPlan;
}

/** What of a plan outlives its start: neither environment nor arguments, which may be secret. */
export type RecordedPlan = Omit<LaunchPlan, 'env' | 'argv' | 'token'>;

export interface LogPlan {
  readonly stdout: LogFilePlan;
  readonly stderr: LogFilePlan;
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly view?: LogView;
}

/** Where a stream goes on: file `<base>.<number>`, which holds `bytes` already. */
export interface LogFilePlan {
  readonly base: string;
  readonly number: number;
  readonly bytes: number;
}

/** Root on the host stays what it is; an isolated root still loses its privileges. */
export function changesUser({ chroot, user }: Pick<LaunchPlan, 'chroot' | 'user'>): boolean {
  return chroot !== undefined || user.uid !== 0 || user.gid !== 0;
}

/** The groups that processes of a launch enter. */
export function joinedGroups({ cgroups, devices }: Pick<LaunchPlan, 'cgroups' | 'devices'>): readonly string[] {
  return devices?.kind === 'v1' ? [...cgroups, devices.group] : cgroups;
}
