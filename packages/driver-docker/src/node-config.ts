// The node's configuration of this driver: `plugin "docker" { config { … } }`.
import { DriverError, type JsonObject, type JsonValue } from '@orch/driver-api';
import { durationMs } from './duration.ts';

/** Capabilities a task has or may add when the node says nothing else. NET_RAW is not among them. */
export const DEFAULT_ALLOWED_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

export interface DockerNodeConfig {
  /** `unix:///path` or `tcp://host:port`; absent = $DOCKER_HOST, else the system's socket. */
  readonly endpoint?: string;
  /** Path of a Docker client configuration (`config.json`) with `auths`. */
  readonly authFile?: string;
  readonly allowPrivileged: boolean;
  /** Upper-case names without CAP_. `ALL` allows every one. */
  readonly allowedCapabilities: readonly string[];
  readonly allowedRuntimes: readonly string[];
  /** Host device paths, or directories of them, tasks may ask for. */
  readonly allowedDevices: readonly string[];
  /** Directory of seccomp profiles (JSON) that jobs may name. Only root can write it. */
  readonly seccompProfilesDir?: string;
  /** AppArmor and SELinux options jobs may set, written as they write them: `apparmor=web`, `label=type:web_t`. */
  readonly allowedSecurityOptions: readonly string[];
  readonly allowedPidModes: readonly string[];
  readonly allowedIpcModes: readonly string[];
  /** Absolute host paths and named volumes may be mounted. */
  readonly volumesEnabled: boolean;
  /** Upper bound of processes per task; 0 = none, and 4096 for a task that does not say. */
  readonly pidsLimit: number;
  readonly collectImages: boolean;
  /** How long an image that was pulled stays after its last use. */
  readonly imageDelayMs: number;
}

type Reader = (value: JsonValue, name: string) => Partial<DockerNodeConfig>;

const READERS: Readonly<Record<string, Reader>> = {
  endpoint: (value, name) => ({ endpoint: text(value, name) }),
  auth: (value, name) => pick(value, name, { config: (file, path) => ({ authFile: text(file, path) }) }),
  allow_privileged: (value, name) => ({ allowPrivileged: flag(value, name) }),
  allow_caps: (value, name) => ({ allowedCapabilities: texts(value, name).map(capabilityName) }),
  allow_runtimes: (value, name) => ({ allowedRuntimes: texts(value, name) }),
  allow_devices: (value, name) => ({ allowedDevices: texts(value, name) }),
  seccomp_profiles_dir: (value, name) => ({ seccompProfilesDir: absolute(value, name) }),
  allow_security_opts: (value, name) => ({ allowedSecurityOptions: texts(value, name) }),
  allowed_modes: (value, name) =>
    pick(value, name, {
      pid: (modes, path) => ({ allowedPidModes: texts(modes, path) }),
      ipc: (modes, path) => ({ allowedIpcModes: texts(modes, path) }),
    }),
  volumes: (value, name) =>
    pick(value, name, { enabled: (enabled, path) => ({ volumesEnabled: flag(enabled, path) }) }),
  pids_limit: (value, name) => ({ pidsLimit: count(value, name) }),
  gc: (value, name) =>
    pick(value, name, {
      image: (enabled, path) => ({ collectImages: flag(enabled, path) }),
      image_delay: (delay, path) => ({ imageDelayMs: duration(delay, path) }),
    }),
};

/** @throws DriverError `invalid-config` that names the field. */
export function parseNodeConfig(config: JsonObject): DockerNodeConfig {
  return {
    allowPrivileged: false,
    allowedCapabilities: DEFAULT_ALLOWED_CAPABILITIES,
    allowedRuntimes: ['runc', 'nvidia'],
    allowedDevices: [],
    allowedSecurityOptions: [],
    allowedPidModes: [],
    allowedIpcModes: [],
    volumesEnabled: false,
    pidsLimit: 0,
    collectImages: true,
    imageDelayMs: 180_000,
    ...pick(config, '', READERS),
  };
}

/** `net_raw`, `NET_RAW` and `CAP_NET_RAW` are the same. */
export function capabilityName(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

function pick(value: JsonValue, name: string, readers: Readonly<Record<string, Reader>>): Partial<DockerNodeConfig> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'a block');
  let result: Partial<DockerNodeConfig> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue;
    const path = name === '' ? key : `${name}.${key}`;
    const reader = readers[key];
    if (reader === undefined) {
      const hint = `Known here: ${Object.keys(readers).join(', ')}.`;
      throw new DriverError('invalid-config', `plugin "docker": there is no ${path}`, { path: path.split('.'), hint });
    }
    result = { ...result, ...reader(item, path) };
  }
  return result;
}

function wrong(name: string, expected: string): DriverError {
  return new DriverError('invalid-config', `plugin "docker": ${name} must be ${expected}`, { path: name.split('.') });
}

function text(value: JsonValue, name: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a string');
  return value;
}

function absolute(value: JsonValue, name: string): string {
  const path = text(value, name);
  if (!path.startsWith('/')) throw wrong(name, 'an absolute path');
  return path;
}

function flag(value: JsonValue, name: string): boolean {
  if (typeof value !== 'boolean') throw wrong(name, 'true or false');
  return value;
}

function count(value: JsonValue, name: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw wrong(name, 'a whole number ≥ 0');
  return value;
}

function texts(value: JsonValue, name: string): readonly string[] {
  if (!Array.isArray(value)) throw wrong(name, 'a list of strings');
  return value.map((item: JsonValue, index) => text(item, `${name}[${index}]`));
}

function duration(value: JsonValue, name: string): number {
  const ms = durationMs(value);
  if (ms === undefined) throw wrong(name, 'a duration such as "3m"');
  return ms;
}
