// What each try of isolation-probe.c must come to in an isolated task: refused, and where it is not, for whom and why.

import type { Cell, Finding } from './isolation-rig.ts';

export interface Expectation {
  /** What a task does that gets through, as the end of "a task …". */
  readonly what: string;
  /** For whom it is open all the same. */
  readonly open?: readonly Exception[];
  /** Why it does not get through on this host either, as root: there it shows nothing on its own. */
  readonly untried?: string;
}

export interface Exception {
  readonly when: (cell: Cell) => boolean;
  readonly why: string;
}

const isRoot = (cell: Cell) => cell.user === 'root' || cell.becomesRoot === true;
const has = (name: string) => (cell: Cell) => cell.capabilities.includes(name);
const isHost = (cell: Cell) => cell.pidMode === 'host';
const mayKill = (cell: Cell) => isRoot(cell) || has('kill')(cell);

const refused = (what: string, untried?: string): Expectation => (untried === undefined ? { what } : { what, untried });
const opened = (what: string, when: Exception['when'], why: string): Expectation => ({ what, open: [{ when, why }] });
/** Only with pid_mode = "host", which a node must allow by `default_pid_mode`. */
const onHostPids = (what: string, when: Exception['when'], why: string) =>
  opened(what, (cell) => isHost(cell) && when(cell), `it sees the processes of the host, and ${why}`);

/** PID 1 has the filter and no power but to pass signals on where a task may trace. */
const onInit = (what: string, more: Exception['when'] = () => true) =>
  opened(
    what,
    (cell) => has('sys_ptrace')(cell) && !isHost(cell) && more(cell),
    'sys_ptrace, which is not in the default list, is this; PID 1 is then filtered as the task is',
  );

const notInKernel = 'the kernel or the machine of the tests has no such thing';
const onlyInTasks = 'what is tried is made for tasks, or inherited from an agent';
const sameUser = 'all tasks that run as nobody are one user';
const isNobody = (cell: Cell) => !isRoot(cell);

/** By the name the program prints, in its order. */
export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  // The root
  chroot_by_handle: refused('climbs out of a chroot inside its root by a handle it kept'),
  chroot_by_dots: refused('climbs out of a chroot inside its root by ..', 'the host’s root is left by a handle only'),
  dots: refused('climbs above its root by ..'),
  marker_seen: refused('sees a file of the host'),
  root_of_init: refused('reaches the host through the root of PID 1'),
  root_of_rooted: refused('reaches the host through the root of a process of root'),
  root_of_plain: onHostPids('reaches the host through the root of a process of nobody', isNobody, sameUser),
  cwd_of_init: onInit('lists the working directory of PID 1'),
  files_of_init: onInit('opens what PID 1 has open', isRoot),
  exe_of_init: onInit('opens the launcher’s program through PID 1'),
  environ_of_init: onInit('reads the environment of PID 1', isRoot),
  memory_of_init: onInit('opens the memory of PID 1', isRoot),
  environ_of_rooted: refused('reads the environment of a process of root'),
  environ_of_plain: onHostPids('reads the environment of a process of nobody', isNobody, sameUser),
  cwd_of_plain: onHostPids('lists the working directory of a process of nobody', isNobody, sameUser),
  adjusts_outside: onHostPids(
    'opens oom_score_adj of a process of root',
    (cell) => isRoot(cell) || has('dac_override')(cell),
    'the file is root’s',
  ),
  sees_outside: onHostPids('sees a process outside', () => true, 'that is what was asked for'),
  handle_open: refused('opens the root of the disk by a file handle'),
  shadow: refused('reads /etc/shadow'),
  home_of_root: refused('sees /root'),
  run_directory: refused('sees /run, with the sockets of the agent'),
  var_directory: refused('sees /var'),
  sys_directory: refused('sees /sys'),
  foreign_names: refused('finds more at / than is its own'),
  private_files: refused('reads what the host keeps from its users below /etc, such as keys'),
  // System directories and mounts
  change_usr: refused('changes the mode of /usr'),
  change_etc: refused('changes the mode of /etc'),
  change_dev: refused('changes the mode of /dev'),
  change_null: refused('changes the mode of /dev/null'),
  change_root: opened(
    'changes the mode of /',
    (cell) => cell.user === 'root',
    'a launch as root has a writable root in memory',
  ),
  file_in_usr: refused('makes a file in /usr'),
  file_in_etc: refused('makes a file in /etc'),
  rename_mount_points: refused('renames or removes a mount point', 'mount points are busy for everybody'),
  change_input: refused('changes the mode or owner of the device its standard input is'),
  mount_with_setuid: refused('finds a mount where the setuid bit counts'),
  mount_with_devices: refused('finds a mount, beside /dev, where device nodes can be opened'),
  unbounded_tmp: opened(
    'finds a /tmp of more than 64 MiB',
    (cell) => cell.bringsTmp === true,
    'a task of an agent has the tmp/ of its directory, on the disk of the allocation',
  ),
  unbounded_shm: refused('finds a /dev/shm of more than 64 MiB'),
  // Device nodes
  make_disk: refused('makes the node of a disk'),
  make_loop: refused('makes the node of /dev/loop0'),
  make_memory: refused('makes the node of /dev/mem'),
  make_kmsg: refused('makes the node of /dev/kmsg'),
  make_fuse: refused('makes the node of /dev/fuse'),
  make_tun: refused('makes the node of /dev/net/tun'),
  open_disk: refused('opens a disk by a node it made', notInKernel),
  open_loop: refused('opens a loop device by a node it made', notInKernel),
  open_memory: refused('opens /dev/mem by a node it made', notInKernel),
  open_kmsg: refused('opens /dev/kmsg by a node it made'),
  make_zero: opened(
    'makes a node of the usual ones',
    has('mknod'),
    'the six usual nodes may be made: they reach nobody’s data',
  ),
  open_made_zero: refused('opens a node of the usual ones that it made'),
  open_zero: opened('reads /dev/zero', () => true, 'the usual nodes work'),
  // /proc
  proc_writable: refused('opens for writing anything in /proc that is not of a process'),
  proc_net_writable: refused('opens for writing anything below /proc/self/net', 'nothing there can be written'),
  core_pattern: refused('opens core_pattern for writing'),
  vm_settings: refused('opens settings of memory for writing'),
  irq_affinity: refused('opens the affinity of interrupts for writing'),
  sysrq: refused('opens sysrq-trigger for writing', notInKernel),
  binfmt: refused('registers a format of programs', notInKernel),
  kcore: refused('reads the memory of the kernel', notInKernel),
  keys: refused('reads the list of keys'),
  timers: refused('reads the list of timers'),
  slabs: refused('reads how the kernel’s memory is divided'),
  allocations: refused('reads where memory of the kernel lies'),
  pages: refused('reads what each page of memory is used for'),
  scheduler: refused('reads the state of the scheduler', notInKernel),
  interrupts: refused('reads the counters of interrupts'),
  acpi: refused('lists the power states', notInKernel),
  proc_kmsg: refused('opens the kernel’s log'),
  // Mounts
  mount_tmpfs: refused('mounts memory'),
  mount_proc: refused('mounts another /proc'),
  mount_sysfs: refused('mounts /sys'),
  mount_devices: refused('mounts the host’s /dev'),
  mount_bind: refused('mounts a directory at another place'),
  mount_cgroup: refused('mounts a v1 hierarchy'),
  mount_cgroup2: refused('mounts the v2 hierarchy'),
  remount: refused('makes /usr writable by a remount'),
  unmask_kcore: refused('uncovers a hidden part of /proc'),
  unmask_sys: refused('uncovers a read-only part of /proc'),
  tree_open: refused('takes a handle of a mount'),
  tree_move: refused('moves a mount'),
  fs_open: refused('makes a file system by fsopen'),
  fs_pick: refused('takes a file system by fspick'),
  mount_attributes: refused('makes /usr writable by mount_setattr'),
  pivot: refused('changes its root'),
  // Namespaces
  join_mounts: refused('joins the mount namespace of PID 1'),
  join_pids: refused('joins the pid namespace of PID 1'),
  join_network: refused('joins the network namespace of PID 1'),
  join_cgroups: refused('joins the cgroup namespace of PID 1'),
  join_ipc: refused('joins the IPC namespace of PID 1'),
  join_names: refused('joins the UTS namespace of PID 1'),
  join_by_handle: refused('joins the namespaces of PID 1 by a handle of it'),
  own_mounts: refused('makes a mount namespace'),
  own_pids: refused('makes a pid namespace'),
  own_network: refused('makes a network namespace'),
  own_ipc: refused('makes an IPC namespace'),
  own_names: refused('makes a UTS namespace'),
  own_cgroups: refused('makes a cgroup namespace'),
  own_users: refused('makes a user namespace'),
  clone_users: refused('clones into a user namespace'),
  clone_mounts: refused('clones into a mount namespace'),
  clone_third: refused('is answered by clone3 with anything but "unknown"'),
  // Processes outside
  signal_init: opened(
    'may signal PID 1',
    mayKill,
    'it takes from inside only what it hands on to its own task; on the host’s processes as below',
  ),
  signal_parent: opened(
    'may signal what started it',
    (cell) => mayKill(cell) && (isHost(cell) || cell.isSession !== true),
    'of a task that is PID 1; of a command inside it nobody who could be seen from there',
  ),
  signal_rooted: onHostPids('may signal a process of root', mayKill, 'root, and who has kill, may signal any'),
  signal_plain: onHostPids(
    'may signal a process of nobody',
    (cell) => isNobody(cell) || has('kill')(cell),
    `${sameUser}; who has kill may signal any`,
  ),
  trace_init: onInit('traces PID 1'),
  trace_parent: onInit('traces what started it', (cell) => cell.isSession !== true),
  trace_rooted: refused('traces a process of root'),
  trace_plain: onHostPids('traces a process of nobody', isNobody, sameUser),
  read_init: onInit('reads the memory of PID 1 by a system call'),
  take_handle: onInit('takes a descriptor of PID 1'),
  // System calls
  key_add: refused('adds a key'),
  key_request: refused('requests a key'),
  key_control: refused('looks at keyrings'),
  bpf_map: refused('makes a BPF map'),
  fault_handler: refused('handles page faults'),
  ring: refused('makes an io_uring'),
  perf: refused('counts events'),
  kexec: refused('loads another kernel', notInKernel),
  module: refused('loads a module', notInKernel),
  boot: refused('reboots'),
  swap: refused('adds swap space'),
  clock_set: refused('sets the clock'),
  clock_tune: refused('tunes the clock'),
  log_size: refused('reads the kernel’s log by a system call'),
  ports_all: refused('takes all I/O ports', notInKernel),
  ports_one: refused('takes one I/O port', notInKernel),
  quota: refused('controls quotas'),
  accounting: refused('turns accounting on'),
  name_set: refused('sets the host name'),
  x32: refused('calls by x32 numbers', notInKernel),
  i386: refused('calls by the numbers of i386'),
  vsock: refused('makes a socket to the hypervisor'),
  raw_socket: opened('makes a raw socket', has('net_raw'), 'that is what net_raw is; it is not in the default list'),
  packet_socket: opened(
    'makes a packet socket',
    has('net_raw'),
    'that is what net_raw is; it is not in the default list',
  ),
  // Cgroups
  cgroup_mounted: refused('finds a cgroup file system'),
  cgroup_named: refused('is told its place among the host’s cgroups'),
  cgroup_written: refused('opens cgroup.procs or devices.allow of the host'),
  // Inherited
  new_privileges: refused('may gain privileges by executing'),
  unfiltered: refused('runs without the filter of system calls'),
  more_bounding: refused('has another bounding set than its capabilities'),
  more_permitted: refused('has more capabilities than it was given'),
  more_inherited: refused('passes on more capabilities than it was given', onlyInTasks),
  more_groups: refused('has supplementary groups', onlyInTasks),
  wide_umask: refused('has another umask than 022', onlyInTasks),
  more_files: refused('has inherited a descriptor', onlyInTasks),
  directory_handle: refused('has a directory for a standard stream', onlyInTasks),
  foreign_terminal: refused('has a terminal that is not of its own /dev/pts', onlyInTasks),
  outer_session: refused('is in the session of what started it', onlyInTasks),
  // The setuid bit: F15
  setuid_alloc: refused('becomes somebody else by a program that a sibling left in /alloc', onlyInTasks),
  setuid_local: refused('becomes somebody else by a program that a sibling left in /local', onlyInTasks),
  setuid_tmp: refused('becomes somebody else by a program that it made in /tmp'),
};

/** What came out otherwise than the table says, as sentences. */
export function unexpected(findings: readonly Finding[], cell: Cell): readonly string[] {
  const printed = new Set(findings.map(({ probe }) => probe));
  const missing = Object.keys(EXPECTATIONS).filter((name) => !printed.has(name));
  const wrong = findings.flatMap(({ probe, open, errno, detail }) => {
    const expectation = EXPECTATIONS[probe];
    if (expectation === undefined) return [`${probe} stands nowhere in the table`];
    const mayOpen = expectation.open?.some(({ when }) => when(cell)) === true;
    if (open === mayOpen) return [];
    const seen = detail === '' ? '' : ` (${detail})`;
    return [open ? `${probe}: a task ${expectation.what}${seen}` : `${probe} is refused: ${errno}${seen}`];
  });
  return [...missing.map((name) => `${name} was not tried`), ...wrong];
}
