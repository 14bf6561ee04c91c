// What of the isolation this machine has, from what the launcher and the mount table say. Pure.
import type { CgroupLayout } from '../cgroup/cgroup-layout.ts';
import type { IsolationPieces } from '../types.ts';

export interface PieceFacts {
  readonly layout: CgroupLayout;
  /** The native launcher's own words. Absent = a shell starts tasks. */
  readonly launcher?: ReadonlySet<string>;
  readonly stateDir: 'memory' | 'disk';
  /** Takes this control of device nodes where both are there. @default 'bpf' */
  readonly deviceControl?: 'bpf' | 'v1';
}

export function isolationPieces({ layout, launcher, stateDir, deviceControl = 'bpf' }: PieceFacts): IsolationPieces {
  const has = (piece: string) => launcher?.has(piece) === true;
  const canRoot = has('root');
  return {
    root: canRoot,
    ...(canRoot ? {} : { mend: mend(launcher) }),
    seccomp: has('seccomp'),
    devices: chooseControl(layout, has('device-program'), deviceControl),
    pids: layout.unified?.controllers.includes('pids') ? 'v2' : layout.legacy['pids'] === undefined ? 'none' : 'v1',
    keyring: has('keyring'),
    cgroupNamespace: has('cgroup-namespace'),
    stateDir,
  };
}

function chooseControl(layout: CgroupLayout, hasPrograms: boolean, wanted: 'bpf' | 'v1'): IsolationPieces['devices'] {
  const canProgram = hasPrograms && layout.unified !== undefined;
  const canList = layout.legacy['devices'] !== undefined;
  if (wanted === 'v1' && canList) return 'v1';
  return canProgram ? 'bpf' : canList ? 'v1' : 'none';
}

function mend(launcher: ReadonlySet<string> | undefined): string {
  return launcher === undefined
    ? 'build the native launcher with packages/executor/native/build.sh; it needs a C compiler'
    : 'run Linux 5.12 or newer, as root, with the right to mount';
}

/** The names of what is missing, for an operator. Pure. */
export function missingPieces(pieces: IsolationPieces): readonly IsolationPieceName[] {
  return ISOLATION_PIECES.filter((name) => !hasPiece(pieces, name));
}

/** Names that `require_isolation` of an agent's configuration knows. */
export const ISOLATION_PIECES = [
  'root',
  'seccomp',
  'devices',
  'pids',
  'keyring',
  'cgroup_namespace',
  'state_dir',
] as const;

export type IsolationPieceName = (typeof ISOLATION_PIECES)[number];

const MENDS: Readonly<Record<Exclude<IsolationPieceName, 'root'>, string>> = {
  seccomp: 'run a kernel with CONFIG_SECCOMP_FILTER',
  devices: 'mount cgroup v2 on a kernel with CONFIG_CGROUP_BPF, or the v1 hierarchy devices',
  pids: 'mount cgroup v2, or the v1 hierarchy pids, on a kernel with CONFIG_CGROUP_PIDS',
  keyring: 'run a kernel with CONFIG_KEYS',
  cgroup_namespace: 'run a kernel with CONFIG_CGROUPS and namespaces of them (Linux 4.6)',
  state_dir: 'mount a tmpfs at /run',
};

export function hasPiece(pieces: IsolationPieces, name: IsolationPieceName): boolean {
  switch (name) {
    case 'root':
      return pieces.root;
    case 'seccomp':
      return pieces.seccomp;
    case 'devices':
      return pieces.devices !== 'none';
    case 'pids':
      return pieces.pids !== 'none';
    case 'keyring':
      return pieces.keyring;
    case 'cgroup_namespace':
      return pieces.cgroupNamespace;
    case 'state_dir':
      return pieces.stateDir === 'memory';
  }
}

/** What an operator does to have a piece. */
export function mendOf(pieces: IsolationPieces, name: IsolationPieceName): string {
  return name === 'root' ? (pieces.mend ?? '') : MENDS[name];
}

/** As attributes of a node. */
export function isolationAttributes(pieces: IsolationPieces): Readonly<Record<string, string>> {
  return {
    'isolation.root': String(pieces.root),
    'isolation.seccomp': String(pieces.seccomp),
    'isolation.devices': pieces.devices,
    'isolation.pids': pieces.pids,
    'isolation.keyring': String(pieces.keyring),
    'isolation.cgroup_namespace': String(pieces.cgroupNamespace),
    'isolation.state_dir': pieces.stateDir,
  };
}
