// Which device nodes a launch may open or make.
import { ExecutorError } from '../errors.ts';
import type { DeviceRule, LaunchSpec } from '../types.ts';

const character = (major: number, minor: number | '*'): DeviceRule => ({ type: 'c', major, minor, access: 'rwm' });

/** null, zero, full, random, urandom, tty; ptmx and the terminals behind it. They reach nobody else's data. */
export const DEFAULT_DEVICES: readonly DeviceRule[] = [
  ...[3, 5, 7, 8, 9].map((minor) => character(1, minor)),
  character(5, 0),
  character(5, 2),
  character(136, '*'),
];

/** Undefined = all. @throws ExecutorError `invalid` for a rule the kernel would not understand */
export function deviceRules(spec: Pick<LaunchSpec, 'devices' | 'isolation'>): readonly DeviceRule[] | undefined {
  const rules = spec.devices ?? (spec.isolation.kind === 'host' ? undefined : DEFAULT_DEVICES);
  for (const rule of rules ?? []) {
    const isNumber = (value: number | '*') =>
      value === '*' || (Number.isInteger(value) && value >= 0 && value < 2 ** 20);
    const isKnown = (rule.type === 'c' || rule.type === 'b') && /^[rwm]{1,3}$/.test(rule.access);
    if (!isKnown || !isNumber(rule.major) || !isNumber(rule.minor))
      throw new ExecutorError('invalid', `"${renderDeviceRule(rule)}" is not a rule for devices`);
  }
  return rules;
}

/** A line of a v1 `devices.allow`: `c 1:3 rwm`. */
export function renderDeviceRule({ type, major, minor, access }: DeviceRule): string {
  return `${type} ${major}:${minor} ${access}`;
}
