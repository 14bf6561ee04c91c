// Which texts can be names and ids: one rule for each kind, one judge for all of them.

import { escaped } from '../lib/display-width.ts';

/** What is said about a name that cannot be used. */
export interface NameProblem {
  /** What is wrong with it, to stand behind the name. */
  readonly reason: string;
  readonly hint: string;
}

export interface NameRule {
  /** Longest in bytes of UTF-8. */
  readonly maxBytes: number;
  /** It becomes a name in a directory: no slash of either kind. */
  readonly isFileName: boolean;
  /** Spaces may stand inside of it. */
  readonly mayHaveBlanks: boolean;
  /** Names that stand for something else where this one is used, and for what. */
  readonly reserved?: Readonly<Record<string, string>>;
}

/** A job: part of paths of the API, which have room for this many bytes when each is written with three characters. */
export const jobIdRule: NameRule = { maxBytes: 256, isFileName: false, mayHaveBlanks: false };

/** What people call a thing, and what is only compared: job names, datacenters, pools, classes, volumes. */
export const labelRule: NameRule = { maxBytes: 256, isFileName: false, mayHaveBlanks: true };

/** Keys of metadata, environments, headers and options. */
export const keyRule: NameRule = { maxBytes: 1024, isFileName: false, mayHaveBlanks: true };

/** A group: part of host names, variables and records. */
export const groupNameRule: NameRule = { maxBytes: 128, isFileName: true, mayHaveBlanks: true };

/** A task: its directory, and the beginning of its log files' names, of which a file system takes 255 bytes. */
export const taskNameRule: NameRule = {
  ...groupNameRule,
  reserved: { alloc: 'the directory that the tasks of a group share' },
};

/** What is handed on as one word: drivers, regions, host names, name servers. */
export const wordRule: NameRule = { maxBytes: 128, isFileName: false, mayHaveBlanks: false };

/** Ids of nodes, allocations, evaluations and deployments. */
export const recordIdRule: NameRule = { maxBytes: 128, isFileName: true, mayHaveBlanks: false };

const slash = /[/\\]/;
/** Controls, marks nobody sees (joiners, direction marks), ends of lines, halves of characters. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const blank = /\p{White_Space}/u;
/** The common case, told at one glance. */
const plain = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/;

/** What keeps a text from being a name of this kind; undefined = nothing. */
export function nameProblem(text: string, rule: NameRule): NameProblem | undefined {
  const { maxBytes, isFileName, mayHaveBlanks, reserved } = rule;
  if (reserved !== undefined && Object.hasOwn(reserved, text)) {
    return { reason: `means ${reserved[text]}`, hint: 'choose another name' };
  }
  // Records are kept by name, and this one is no name of a record's field.
  if (text === '__proto__') return { reason: 'means something else here', hint: 'choose another name' };
  if (plain.test(text)) return undefined;
  if (text === '') return { reason: 'is empty', hint: 'give it a name' };
  if (text === '.' || text === '..') return { reason: 'means a directory in paths', hint: 'choose another name' };
  const bytes = utf8Length(text);
  if (bytes > maxBytes) {
    return { reason: `is ${bytes} bytes long`, hint: `choose a name of at most ${maxBytes} bytes` };
  }
  const mark = unseen.exec(text)?.[0];
  if (mark !== undefined) {
    return { reason: `contains ${codePoint(mark)}, which nobody sees`, hint: 'write it with visible characters' };
  }
  if (isFileName && slash.test(text)) return { reason: 'contains a slash', hint: 'it becomes the name of a directory' };
  const isBlank = mayHaveBlanks ? text.trim() === '' : blank.test(text);
  if (isBlank) return { reason: 'contains a blank', hint: 'write - or _ instead' };
  return undefined;
}

/** A name as messages quote it: as in JSON, cut where it is long. */
export function quotedName(text: string): string {
  const signs = Array.from(text.slice(0, 200));
  return escaped(JSON.stringify(signs.length > 64 ? `${signs.slice(0, 64).join('')}…` : text));
}

function codePoint(mark: string): string {
  return `U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const sign of text) {
    const point = sign.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
