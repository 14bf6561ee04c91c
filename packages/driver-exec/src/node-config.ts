// The node's own configuration of both drivers, checked.
import type { JsonObject } from '@orch/driver-api';
import {
  ISOLATION_OPTIONS,
  type NodeIsolation,
  readNodeIsolation,
  readString,
  readStrings,
  refuseUnknownOptions,
  wrongOption,
} from '@orch/executor';

export interface ExecNodeConfig {
  readonly isolation: NodeIsolation;
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
  refuseUnknownOptions('exec', config, [...ISOLATION_OPTIONS, 'denied_host_uids', 'denied_host_gids']);
  return {
    isolation: readNodeIsolation(config),
    deniedUids: idRanges(config, 'denied_host_uids'),
    deniedGids: idRanges(config, 'denied_host_gids'),
  };
}

/** @throws DriverError `invalid-config` for unknown keys and wrong types */
export function parseRawExecNodeConfig(config: JsonObject): RawExecNodeConfig {
  refuseUnknownOptions('raw_exec', config, ['enabled', 'denied_envvars', 'denied_host_uids', 'denied_host_gids']);
  const enabled = config['enabled'] ?? false;
  if (typeof enabled !== 'boolean') throw wrongOption('enabled', 'true or false');
  return {
    enabled,
    deniedVariables: readStrings(config, 'denied_envvars') ?? [],
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

/** Nomad writes ids as one string: `"0,100-200"`. */
function idRanges(config: JsonObject, key: string): readonly IdRange[] {
  const value = readString(config, key) ?? '';
  if (value === '') return [];
  return value.split(',').map((part) => {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (match?.[1] === undefined) throw wrongOption(key, 'a string such as "0,100-200"');
    return { first: Number(match[1]), last: Number(match[2] ?? match[1]) };
  });
}
