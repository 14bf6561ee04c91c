// The `config` block of a task as typed data. Types were checked against the schema; what only the driver knows is checked here.
import type { JsonObject, JsonValue } from '@orch/driver-api';
import { DOCKER_CONFIG_SCHEMA } from '../config-schema.ts';
import { durationMs } from '../duration.ts';
import { configError } from '../engine/errors.ts';
import { imageId, parseReference } from '../image/reference.ts';

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly email?: string;
  readonly serveraddress?: string;
}

/** Accessors over the raw block; every one names the field when it has another type than the schema says. */
export interface TaskBlock {
  has(name: string): boolean;
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean;
  texts(name: string): readonly string[];
  textMap(name: string): Readonly<Record<string, string>>;
  blocks(name: string): readonly TaskBlock[];
  block(name: string): TaskBlock | undefined;
  durationMs(name: string, fallbackMs: number): number;
  readonly path: readonly string[];
}

/** @throws DriverError `invalid-config` for unknown fields and a missing image. */
export function readTaskConfig(config: JsonObject): TaskBlock {
  for (const name of Object.keys(config)) {
    if (DOCKER_CONFIG_SCHEMA.fields[name] === undefined) {
      throw configError(
        [name],
        `the docker driver has no field "${name}"`,
        'Remove it, or see the reference of the docker driver.',
      );
    }
  }
  const block = blockOver(config, []);
  const image = block.text('image');
  if (image === undefined || image === '')
    throw configError(['image'], 'image must be given', 'Set image = "name:tag".');
  return block;
}

/** Reference without the schemes some job files carry. */
export function imageReference(block: TaskBlock): string {
  const image = (block.text('image') ?? '').replace(/^(https?:\/\/|docker:\/\/)/, '');
  if (parseReference(image) === undefined && imageId(image) === undefined) {
    throw configError(['image'], `"${image}" is not an image reference`, 'Write it as name[:tag] or name@sha256:….');
  }
  return image;
}

function blockOver(config: JsonObject, path: readonly string[]): TaskBlock {
  const wrong = (name: string, expected: string) => configError([...path, name], `${name} must be ${expected}`);
  const value = (name: string): JsonValue | undefined => config[name] ?? undefined;
  const record = (name: string, item: JsonValue): JsonObject => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) throw wrong(name, 'a block');
    return item as JsonObject;
  };
  const scalar = (name: string, item: JsonValue | undefined): string => {
    if (typeof item === 'string') return item;
    if (typeof item === 'number' || typeof item === 'boolean') return String(item);
    throw wrong(name, 'a string');
  };
  const list = (name: string): readonly JsonValue[] => {
    const item = value(name);
    if (item === undefined) return [];
    return Array.isArray(item) ? item : [item];
  };
  return {
    path,
    has: (name) => value(name) !== undefined,
    text: (name) => (value(name) === undefined ? undefined : scalar(name, value(name))),
    number(name) {
      const item = value(name);
      if (item === undefined) return undefined;
      const number = typeof item === 'string' && item !== '' ? Number(item) : item;
      if (typeof number !== 'number' || !Number.isFinite(number)) throw wrong(name, 'a number');
      return number;
    },
    flag(name) {
      const item = value(name) ?? false;
      if (typeof item !== 'boolean') throw wrong(name, 'true or false');
      return item;
    },
    texts: (name) => list(name).map((item) => scalar(name, item)),
    textMap(name) {
      const entries = list(name).flatMap((item) => Object.entries(record(name, item)));
      return Object.fromEntries(entries.map(([key, item]) => [key, scalar(name, item)]));
    },
    blocks: (name) => list(name).map((item, index) => blockOver(record(name, item), [...path, name, String(index)])),
    block(name) {
      const [first] = list(name);
      return first === undefined ? undefined : blockOver(record(name, first), [...path, name]);
    },
    durationMs(name, fallbackMs) {
      const item = value(name);
      if (item === undefined) return fallbackMs;
      const ms = durationMs(item);
      if (ms === undefined) throw wrong(name, 'a duration such as "5m"');
      return ms;
    },
  };
}
