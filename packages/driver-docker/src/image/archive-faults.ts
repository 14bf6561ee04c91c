// What is said of archives that are not taken, and the names in them.
import { posix } from 'node:path';
import { DriverError } from '@orch/driver-api';

const MOST_QUOTED = 100;

export function refused(message: string, cause?: unknown): DriverError {
  const hint = 'Make the archive with docker save, podman save or skopeo copy.';
  const options = { path: ['load'], hint };
  return new DriverError('invalid-config', message, cause === undefined ? options : { ...options, cause });
}

/** Shortened and without anything that a terminal would obey. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text);
}

/** A name without `./`, `//` and the like. @throws DriverError for one that leads out */
export function plainName(name: string): string {
  const plain = posix.normalize(name).replace(/\/$/, '');
  if (/\p{Cc}/u.test(name) || posix.isAbsolute(plain) || plain.split('/').includes('..')) {
    throw refused(`the archive holds the name ${quote(name)}`);
  }
  return plain;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/** @throws DriverError */
export function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(`the ${name} of the archive is not JSON`, cause);
  }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws DriverError */
export function records(value: unknown, name: string): readonly JsonRecord[] {
  if (!Array.isArray(value) || !value.every(isRecord)) throw refused(`the ${name} of the archive is not understood`);
  return value;
}

/** @throws DriverError */
export function strings(value: unknown, name: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw refused(`the ${name} of the archive is not understood`);
  }
  return value;
}
