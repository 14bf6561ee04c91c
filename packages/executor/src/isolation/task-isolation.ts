// How far a task is shut off from its node: what jobs may say, what nodes allow, and what comes of both.
import type { ConfigSchema, JsonObject } from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';
import { readString, readStrings, wrongOption } from '../host-driver/config-values.ts';
import { chooseCapabilities, DEFAULT_ALLOWED } from './capability-names.ts';

export type NamespaceMode = 'private' | 'host';

/** What a node decides for all tasks of a driver. */
export interface NodeIsolation {
  readonly allowedCapabilities: readonly string[];
  /** Also the least private mode that a job may ask for. */
  readonly defaultPidMode: NamespaceMode;
  readonly defaultIpcMode: NamespaceMode;
  /** Whether jobs may ask for `seccomp = "unconfined"`. */
  readonly allowsUnconfined: boolean;
  /** Most processes and threads of a task; undefined = as many as the machine has. */
  readonly pidsMax: number | undefined;
}

/** What holds for one task. */
export interface TaskIsolation {
  readonly pidMode: NamespaceMode;
  readonly ipcMode: NamespaceMode;
  readonly capabilities: readonly string[];
  readonly seccomp: SeccompProfile;
}

export type SeccompProfile = 'default' | 'unconfined';

/** Far beyond what programs use, and little enough that a fork bomb leaves the machine usable. */
const DEFAULT_PIDS_LIMIT = 4_096;

/** The options that `readNodeIsolation` reads. */
export const ISOLATION_OPTIONS: readonly string[] = [
  'allow_caps',
  'default_pid_mode',
  'default_ipc_mode',
  'allow_seccomp_unconfined',
  'pids_limit',
];

/** The attributes that `chooseIsolation` reads, for the schema of a driver's `config` block. */
export const ISOLATION_FIELDS: ConfigSchema['fields'] = {
  pid_mode: {
    type: 'string',
    values: ['private', 'host'],
    doc: 'Whether the task sees only its own processes. Absent: as the node says, normally private.',
  },
  ipc_mode: {
    type: 'string',
    values: ['private', 'host'],
    doc: 'Whether System V IPC and POSIX message queues are its own. Absent: as the node says, normally private.',
  },
  cap_add: {
    type: { kind: 'list', of: 'string' },
    doc: 'Linux capabilities the task keeps, for example net_bind_service; the node must allow each.',
  },
  seccomp: {
    type: 'string',
    values: ['default', 'unconfined'],
    default: 'default',
    doc: 'Which system calls the kernel takes from the task: those of the default filter, or all where the node allows it.',
  },
  cap_drop: { type: { kind: 'list', of: 'string' }, doc: 'Capabilities taken out of cap_add again.' },
};

/** @throws DriverError `invalid-config` */
export function readNodeIsolation(config: JsonObject): NodeIsolation {
  return {
    allowedCapabilities: readStrings(config, 'allow_caps') ?? DEFAULT_ALLOWED,
    defaultPidMode: readMode(config, 'default_pid_mode') ?? 'private',
    defaultIpcMode: readMode(config, 'default_ipc_mode') ?? 'private',
    allowsUnconfined: readFlag(config, 'allow_seccomp_unconfined'),
    pidsMax: readPidsLimit(config),
  };
}

/** @throws DriverError `invalid-config`, `denied` for what the node does not allow */
export function chooseIsolation(driver: string, config: JsonObject, node: NodeIsolation): TaskIsolation {
  return {
    pidMode: chooseMode(driver, config, 'pid_mode', node.defaultPidMode),
    ipcMode: chooseMode(driver, config, 'ipc_mode', node.defaultIpcMode),
    capabilities: chooseCapabilities(
      readStrings(config, 'cap_add') ?? [],
      readStrings(config, 'cap_drop') ?? [],
      node.allowedCapabilities,
    ),
    seccomp: chooseSeccomp(driver, config, node),
  };
}

function chooseSeccomp(driver: string, config: JsonObject, node: NodeIsolation): SeccompProfile {
  const asked = readString(config, 'seccomp') ?? 'default';
  if (asked !== 'default' && asked !== 'unconfined') throw wrongOption('seccomp', '"default" or "unconfined"');
  if (asked === 'unconfined' && !node.allowsUnconfined) {
    throw new DriverError('denied', 'this node does not allow seccomp = "unconfined"', {
      path: ['seccomp'],
      hint: `set allow_seccomp_unconfined = true for driver ${driver} in the agent configuration`,
    });
  }
  return asked;
}

function readFlag(config: JsonObject, key: string): boolean {
  const value = config[key] ?? false;
  if (typeof value !== 'boolean') throw wrongOption(key, 'true or false');
  return value;
}

function readPidsLimit(config: JsonObject): number | undefined {
  const value = config['pids_limit'] ?? DEFAULT_PIDS_LIMIT;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 4_194_304)
    throw wrongOption('pids_limit', 'a whole number of processes, 0 for no limit');
  return value === 0 ? undefined : value;
}

/** A job may ask for more privacy than the node's default, not for less. */
function chooseMode(
  driver: string,
  config: JsonObject,
  key: 'pid_mode' | 'ipc_mode',
  fallback: NamespaceMode,
): NamespaceMode {
  const asked = readMode(config, key) ?? fallback;
  if (asked === 'host' && fallback !== 'host') {
    throw new DriverError('denied', `this node does not allow ${key} = "host"`, {
      path: [key],
      hint: `set default_${key} = "host" for driver ${driver} in the agent configuration`,
    });
  }
  return asked;
}

function readMode(config: JsonObject, key: string): NamespaceMode | undefined {
  const value = readString(config, key);
  if (value !== undefined && value !== 'private' && value !== 'host') throw wrongOption(key, '"private" or "host"');
  return value;
}
