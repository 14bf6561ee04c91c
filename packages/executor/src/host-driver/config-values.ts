// Reading configuration of host process drivers, a node's or a task's: known keys only, each of its type.
import type { JsonObject, JsonValue } from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';

/** @throws DriverError `invalid-config` naming the first option that is not among the known ones */
export function refuseUnknownOptions(driver: string, config: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(config)) {
    if (!known.includes(key)) {
      throw new DriverError('invalid-config', `the configuration of driver ${driver} has no option "${key}"`, {
        path: [key],
        hint: `known options: ${known.join(', ')}`,
      });
    }
  }
}

/** The error of an option whose value is not what it must be. */
export function wrongOption(key: string, expected: string): DriverError {
  return new DriverError('invalid-config', `${key} must be ${expected}`, { path: [key] });
}

/** Undefined when absent. @throws DriverError `invalid-config` */
export function readString(config: JsonObject, key: string): string | undefined {
  const value = config[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongOption(key, 'a string');
  return value;
}

/** Undefined when absent. @throws DriverError `invalid-config` */
export function readStrings(config: JsonObject, key: string): readonly string[] | undefined {
  const value = config[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item: JsonValue) => typeof item === 'string'))
    throw wrongOption(key, 'a list of strings');
  return value as readonly string[];
}
