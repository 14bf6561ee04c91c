// The node's own configuration of both drivers, checked.
import type { DriverOptions } from '@orch/driver-api';
import {
  DENIED_ID_OPTIONS,
  ISOLATION_OPTIONS,
  type NodeIsolation,
  type NodeUsers,
  readNodeIsolation,
  readNodeUsers,
  readStrings,
  refuseUnknownOptions,
  wrongOption,
} from '@orch/executor';

type NodeOptions = Pick<DriverOptions, 'config' | 'deniedUsers'>;

export interface ExecNodeConfig {
  readonly isolation: NodeIsolation;
  readonly users: NodeUsers;
}

export interface RawExecNodeConfig {
  readonly enabled: boolean;
  readonly deniedVariables: readonly string[];
  readonly users: NodeUsers;
}

/** @throws DriverError `invalid-config` for unknown keys and wrong types */
export function parseExecNodeConfig(options: NodeOptions): ExecNodeConfig {
  refuseUnknownOptions('exec', options.config, [...ISOLATION_OPTIONS, ...DENIED_ID_OPTIONS]);
  return { isolation: readNodeIsolation(options.config), users: readNodeUsers('exec', options) };
}

/** @throws DriverError `invalid-config` for unknown keys and wrong types */
export function parseRawExecNodeConfig(options: NodeOptions): RawExecNodeConfig {
  const { config } = options;
  refuseUnknownOptions('raw_exec', config, ['enabled', 'denied_envvars', ...DENIED_ID_OPTIONS]);
  const enabled = config['enabled'] ?? false;
  if (typeof enabled !== 'boolean') throw wrongOption('enabled', 'true or false');
  return {
    enabled,
    deniedVariables: readStrings(config, 'denied_envvars') ?? [],
    users: readNodeUsers('raw_exec', options),
  };
}

/** Whether a variable's name matches one of the patterns; `*` stands for anything. */
export function isDeniedVariable(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}
