// Run-time references in job fields -> values of the node and the task.

import { OrchError } from '../lib/errors.ts';

/** What references can name. Each map is looked up by what follows its prefix. */
export interface InterpolationValues {
  /** `${NAME}` and `${env["NAME"]}`. */
  readonly env: Readonly<Record<string, string>>;
  /** `${node.<name>}`: `unique.id`, `unique.name`, `datacenter`, `class`, `pool`, `region`. */
  readonly node: Readonly<Record<string, string>>;
  /** `${attr.<name>}`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** `${meta.<name>}`: the node's metadata. */
  readonly meta: Readonly<Record<string, string>>;
}

const REFERENCE = /\$\{([A-Za-z0-9_\-.]+|env\["[^"\n}]*"\]|meta\["[^"\n}]*"\]|attr\["[^"\n}]*"\])\}/g;

/** Characters of one text after its references were replaced. */
export const maxInterpolatedCharacters = 1_048_576;

/**
 * The text with every known reference replaced; unknown ones stay as they are. Replacements are not read again.
 * @throws OrchError `value-too-large`
 */
export function interpolate(text: string, values: InterpolationValues): string {
  return replaceReferences(text, (name) => resolveReference(name, values));
}

/** As `interpolate`, with the values looked up by the caller: `lookUp` gets what stands between the braces. */
export function replaceReferences(text: string, lookUp: (name: string) => string | undefined): string {
  if (!text.includes('${')) return text;
  let characters = text.length;
  return text.replace(REFERENCE, (whole, name: string) => {
    const value = lookUp(name);
    if (value === undefined) return whole;
    characters += value.length - whole.length;
    if (characters > maxInterpolatedCharacters) throw tooLarge(text);
    return value;
  });
}

function tooLarge(text: string): OrchError {
  const start = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  const message = `the text ${start} has more than ${maxInterpolatedCharacters} characters with its references resolved`;
  return new OrchError('value-too-large', message, { details: { recoverable: false } });
}

/** The value of a reference without its `${…}`; undefined = unknown. */
export function resolveReference(name: string, values: InterpolationValues): string | undefined {
  const bracket = name.indexOf('["');
  if (bracket > 0) return fromMap(name.slice(0, bracket), name.slice(bracket + 2, -2), values);
  const dot = name.indexOf('.');
  const own = dot < 0 ? undefined : fromMap(name.slice(0, dot), name.slice(dot + 1), values);
  return own ?? variable(values.env, name);
}

function fromMap(prefix: string, key: string, values: InterpolationValues): string | undefined {
  switch (prefix) {
    case 'env':
      return variable(values.env, key);
    case 'node':
      return member(values.node, key);
    case 'attr':
      return member(values.attributes, key);
    case 'meta':
      return member(values.meta, key);
    default:
      return undefined;
  }
}

/** A variable under the name it has in the environment, or under the one its label or key has in the job. */
function variable(env: Readonly<Record<string, string>>, name: string): string | undefined {
  return member(env, name) ?? member(env, cleanKey(name));
}

function member(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

const CLEANED = ['NOMAD_ADDR_', 'NOMAD_IP_', 'NOMAD_PORT_', 'NOMAD_HOST_PORT_', 'NOMAD_META_'];

/** A variable's name as the environment has it: names with one of Nomad's prefixes are cleaned, others stay. */
export function cleanKey(key: string): string {
  return CLEANED.some((prefix) => key.startsWith(prefix)) ? cleanName(key) : key;
}

/** Everything but letters, digits, `_` and `.` becomes `_`, one for each byte as Nomad counts. */
export function cleanName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.]/gu, (character) => '_'.repeat(utf8Length(character.codePointAt(0) ?? 0)));
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
