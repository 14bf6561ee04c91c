// The node's own configuration of both drivers, checked.
import type { JsonObject, JsonValue } from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';
import { DEFAULT_ALLOWED } from './capability-names.ts';

export interface ExecNodeConfig {
  readonly allowedCapabilities: readonly string[];
  readonly defaultPidMode: 'private' | 'host';
  readonly defaultIpcMode: 'private' | 'host';
  /** Whether a job may ask for `host` where the default is `private`. Never: only the node decides. */
  readonly deniedUids: readonly IdRange[];
  readonly deniedGids: readonly IdRange[];
}

export interface RawExecNodeConfig {
  readonly enabled: boolean;
  readonly deniedVariables: readonly string[];
  readonly deniedUids: readonly IdRange[];
  readonly deniedGids: readonly IdRange[];
}

export interface IdRange {
  readonly first: number;
  readonly last: number;
}

/** @throws DriverError `invalid-config` for unknown keys and wrong types */
export function parseExecNodeConfig(config: JsonObject): ExecNodeConfig {
  refuseUnknown('exec', config, [
    'allow_caps',
    'default_pid_mode',
    'default_ipc_mode',
    'denied_host_uids',
    'denied_host_gids',
  ]);
  return {
    allowedCapabilities: stringList(config, 'allow_caps') ?? DEFAULT_ALLOWED,
    defaultPidMode: mode(config, 'default_pid_mode'),
    defaultIpcMode: mode(config, 'default_ipc_mode'),
    deniedUids: idRanges(config, 'denied_host_uids'),
    deniedGids: idRanges(config, 'denied_host_gids'),
  };
}

/** @throws DriverError `invalid-config` for unknown keys and wrong types */
export function parseRawExecNodeConfig(config: JsonObject): RawExecNodeConfig {
  refuseUnknown('raw_exec', config, ['enabled', 'denied_envvars', 'denied_host_uids', 'denied_host_gids']);
  const enabled = config['enabled'] ?? false;
  if (typeof enabled !== 'boolean') throw wrong('enabled', 'true or false');
  return {
    enabled,
    deniedVariables: stringList(config, 'denied_envvars') ?? [],
    deniedUids: idRanges(config, 'denied_host_uids'),
    deniedGids: idRanges(config, 'denied_host_gids'),
  };
}

/** Whether a variable's name matches one of the patterns; `*` stands for anything. */
export function isDeniedVariable(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}

function refuseUnknown(driver: string, config: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(config)) {
    if (!known.includes(key)) {
      throw new DriverError('invalid-config', `the configuration of driver ${driver} has no option "${key}"`, {
        path: [key],
        hint: `known options: ${known.join(', ')}`,
      });
    }
  }
}

function wrong(key: string, expected: string): DriverError {
  return new DriverError('invalid-config', `${key} must be ${expected}`, { path: [key] });
}

function stringList(config: JsonObject, key: string): readonly string[] | undefined {
  const value = config[key];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((item: JsonValue) => typeof item === 'string')) {
    throw wrong(key, 'a list of strings');
  }
  return value as readonly string[];
}

function mode(config: JsonObject, key: string): 'private' | 'host' {
  const value = config[key] ?? 'private';
  if (value !== 'private' && value !== 'host') throw wrong(key, '"private" or "host"');
  return value;
}

/** Nomad writes ids as one string: `"0,100-200"`. */
function idRanges(config: JsonObject, key: string): readonly IdRange[] {
  const value = config[key];
  if (value === undefined || value === '') return [];
  if (typeof value !== 'string') throw wrong(key, 'a string such as "0,100-200"');
  return value.split(',').map((part) => {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (match?.[1] === undefined) throw wrong(key, 'a string such as "0,100-200"');
    return { first: Number(match[1]), last: Number(match[2] ?? match[1]) };
  });
}
