// The task's `config` block of driver qemu: its schema, and reading it.

import { type ConfigSchema, DriverError, type JsonObject } from '@orch/driver-api';

export const configSchema: ConfigSchema = {
  fields: {
    image_path: {
      type: 'string',
      doc: "Disk image, qcow2 or raw, inside the task's directory or under a directory the node allows. What the VM writes goes elsewhere and ends with it.",
    },
    kernel: { type: 'string', doc: 'Linux kernel to boot directly, without a disk or beside one.' },
    initrd: { type: 'string', doc: 'Initial RAM disk for `kernel`.' },
    append: { type: 'string', doc: 'Kernel command line for `kernel`.' },
    emulator: { type: 'string', default: 'x86_64', doc: 'Architecture: the suffix of the qemu-system program.' },
    machine_type: { type: 'string', default: 'pc', doc: 'QEMU machine, such as pc or q35.' },
    accelerator: {
      type: 'string',
      values: ['auto', 'kvm', 'tcg'],
      default: 'auto',
      doc: 'kvm, plain emulation (tcg), or kvm where it works.',
    },
    drive_interface: { type: 'string', values: ['ide', 'virtio'], default: 'ide', doc: 'How the guest sees the disk.' },
    guest_agent: {
      type: 'bool',
      default: false,
      doc: 'Adds the channel of the QEMU guest agent; its socket is own/qga.sock in the VM directory of the node.',
    },
    graceful_shutdown: {
      type: 'bool',
      default: true,
      doc: "Presses the guest's power button before the kill time-out ends the VM.",
    },
    port_map: { type: { kind: 'map', of: 'number' }, doc: 'Port label to port inside the guest.' },
    args: { type: { kind: 'list', of: 'string' }, doc: 'Further QEMU arguments, each on the allow-list of the node.' },
  },
};

export interface QemuTaskConfig {
  readonly imagePath?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly emulator: string;
  readonly machineType: string;
  readonly accelerator: 'auto' | 'kvm' | 'tcg';
  readonly driveInterface: 'ide' | 'virtio';
  readonly guestAgent: boolean;
  readonly gracefulShutdown: boolean;
  readonly portMap: Readonly<Record<string, number>>;
  readonly args: readonly string[];
}

/** Reads the block and checks what a schema cannot say. @throws DriverError `invalid-config`. */
export function readTaskConfig(config: JsonObject): QemuTaskConfig {
  const text = (field: string) => optional(config, field, 'string');
  const [imagePath, kernel, initrd, append] = [text('image_path'), text('kernel'), text('initrd'), text('append')];
  if (imagePath === undefined && kernel === undefined)
    throw invalid('image_path', 'a VM needs image_path, kernel, or both');
  if (kernel === undefined && initrd !== undefined) throw invalid('initrd', 'initrd goes with kernel');
  if (kernel === undefined && append !== undefined) throw invalid('append', 'append goes with kernel');
  const emulator = text('emulator') ?? 'x86_64';
  if (!/^[a-z0-9_]+$/.test(emulator))
    throw invalid('emulator', `emulator "${emulator}" is not an architecture name such as x86_64`);
  const machineType = text('machine_type') ?? 'pc';
  if (!/^[A-Za-z0-9._,=-]+$/.test(machineType))
    throw invalid('machine_type', `machine_type "${machineType}" has characters QEMU machine names do not have`);
  return {
    ...(imagePath === undefined ? {} : { imagePath }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(initrd === undefined ? {} : { initrd }),
    ...(append === undefined ? {} : { append }),
    emulator,
    machineType,
    accelerator: oneOf(config, 'accelerator', ['auto', 'kvm', 'tcg']),
    driveInterface: oneOf(config, 'drive_interface', ['ide', 'virtio']),
    guestAgent: optional(config, 'guest_agent', 'boolean') ?? false,
    gracefulShutdown: optional(config, 'graceful_shutdown', 'boolean') ?? true,
    portMap: readPortMap(config['port_map']),
    args: readArgs(config['args']),
  };
}

function readPortMap(value: JsonObject[string]): Readonly<Record<string, number>> {
  // A block may come as a list of one map, as HCL blocks do.
  const map = Array.isArray(value) ? Object.assign({}, ...value) : (value ?? {});
  for (const [label, port] of Object.entries(map)) {
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535)
      throw invalid('port_map', `port_map.${label} is ${JSON.stringify(port)}, not a port from 1 to 65535`);
  }
  return map as Record<string, number>;
}

function readArgs(value: JsonObject[string]): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
    throw invalid('args', 'args is a list of strings');
  return value as string[];
}

function oneOf<const T extends string>(config: JsonObject, field: string, values: readonly [T, ...T[]]): T {
  const value = config[field] ?? values[0];
  const found = values.find((candidate) => candidate === value);
  if (found === undefined)
    throw invalid(field, `${field} is ${JSON.stringify(value)}, not one of ${values.join(', ')}`);
  return found;
}

function optional(config: JsonObject, field: string, type: 'string'): string | undefined;
function optional(config: JsonObject, field: string, type: 'boolean'): boolean | undefined;
function optional(config: JsonObject, field: string, type: 'string' | 'boolean'): string | boolean | undefined {
  const value = config[field];
  if (value !== undefined && typeof value !== type)
    throw invalid(field, `${field} is ${JSON.stringify(value)}, not a ${type}`);
  return value as string | boolean | undefined;
}

function invalid(field: string, message: string): DriverError {
  return new DriverError('invalid-config', message, { path: [field] });
}

/** The node's own options for this driver: `plugin "qemu" { config { … } }`. */
export interface QemuNodeConfig {
  /** Directories outside the allocation that images, kernels and initrds may come from. */
  readonly imagePaths: readonly string[];
  /** Names of arguments jobs may pass in `args`. Empty = none. */
  readonly argsAllowlist: readonly string[];
  /** Emulators jobs may name. Empty = any that is installed. */
  readonly emulatorsAllowlist: readonly string[];
  /** Whom emulators run as when the job does not say. Absent = a user of its own for each VM. */
  readonly user?: string;
}

/** @throws DriverError `invalid-config` naming the option. */
export function readNodeConfig(config: JsonObject): QemuNodeConfig {
  const known = ['image_paths', 'args_allowlist', 'emulators_allowlist', 'user'];
  const { user, ...lists } = config;
  if (user !== undefined && typeof user !== 'string') throw invalid('user', 'option user of driver qemu is a string');
  for (const [name, value] of Object.entries(lists)) {
    if (!known.includes(name)) throw invalid(name, `driver qemu has no option "${name}"; known: ${known.join(', ')}`);
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
      throw invalid(name, `option ${name} of driver qemu is a list of strings`);
  }
  const list = (name: string) => (config[name] as readonly string[] | undefined) ?? [];
  return {
    imagePaths: list('image_paths'),
    argsAllowlist: list('args_allowlist'),
    emulatorsAllowlist: list('emulators_allowlist'),
    ...(user === undefined ? {} : { user }),
  };
}
