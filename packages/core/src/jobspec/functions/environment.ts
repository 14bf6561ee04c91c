// Functions the caller hands in: hashes, randomness, files.

import { type Budget, BudgetError } from '../evaluate/budget.ts';
import {
  type FileFunctions,
  type FunctionEnvironment,
  family,
  type LanguageFunction,
} from '../evaluate/function-table.ts';
import { makeSet } from '../evaluate/make-set.ts';
import { type Value, ValueError } from '../evaluate/value.ts';
import { integerArg, textArg } from './arguments.ts';

/** Declares a function that is there only where the environment has this member. */
function handedIn<Name extends keyof FunctionEnvironment>(
  needs: Name,
  params: readonly string[],
  doc: string,
  call: (given: NonNullable<FunctionEnvironment[Name]>, args: readonly Value[], budget: Budget) => Value,
): LanguageFunction {
  return {
    params,
    doc,
    needs,
    fn: (args, { environment, budget }) => guarded(environment[needs], (given) => call(given, args, budget)),
  };
}

/** What goes wrong outside is a mistake in the job file: the message names the file or the key. */
function guarded<Given>(given: Given | undefined, call: (given: NonNullable<Given>) => Value): Value {
  if (given === undefined || given === null) return null;
  try {
    return call(given);
  } catch (error) {
    if (error instanceof ValueError || error instanceof BudgetError) throw error;
    throw new ValueError(error instanceof Error ? error.message : String(error), 0);
  }
}

function hash(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512'): LanguageFunction {
  return handedIn('hash', ['text'], `The ${algorithm} hash of a text, in hexadecimal.`, (digest, args) =>
    digest(algorithm, textArg(args, 0)),
  );
}

function file(params: readonly string[], doc: string, read: (files: FileFunctions, args: readonly Value[]) => Value) {
  return handedIn('files', params, doc, read);
}

/** Each step of the cost doubles the time; this one takes about a second. */
const MAX_BCRYPT_COST = 14;
/** Steps of one decryption. */
const DECRYPT_COST = 4_096;
/** The algorithm reads no more. */
const MAX_BCRYPT_BYTES = 72;

function bcrypt(digest: NonNullable<FunctionEnvironment['bcrypt']>, args: readonly Value[], budget: Budget): Value {
  const text = textArg(args, 0);
  const cost = args.length > 1 ? integerArg(args, 1, 0, 31) : 10;
  if (cost > MAX_BCRYPT_COST) throw new ValueError(`${cost} is more than ${MAX_BCRYPT_COST} (limit "bcrypt cost")`, 1);
  if (new TextEncoder().encode(text).length > MAX_BCRYPT_BYTES) {
    throw new ValueError(`the text is longer than ${MAX_BCRYPT_BYTES} bytes`, 0);
  }
  const rounds = cost < 4 ? 10 : cost;
  budget.step(2 ** rounds);
  return digest(text, rounds);
}

export const environmentFunctions = family({
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  bcrypt: { ...handedIn('bcrypt', ['text', 'cost'], 'The bcrypt hash of a text.', bcrypt), optional: 1 },
  rsadecrypt: handedIn(
    'rsaDecrypt',
    ['ciphertext', 'key'],
    'Text from base64 that was encrypted with RSA (PKCS#1 v1.5).',
    (decrypt, args, budget) => {
      budget.step(DECRYPT_COST);
      return decrypt(textArg(args, 0), textArg(args, 1));
    },
  ),
  uuidv4: handedIn('randomUuid', [], 'A random UUID.', (make) => make()),
  uuidv5: handedIn(
    'namedUuid',
    ['namespace', 'name'],
    'The UUID of a name in a namespace: dns, url, oid, x500 or a UUID.',
    (make, args) => make(textArg(args, 0), textArg(args, 1)),
  ),
  file: file(['path'], 'The text of a file.', (files, args) => files.readText(textArg(args, 0))),
  filebase64: file(['path'], 'The bytes of a file as base64.', (files, args) => files.readBase64(textArg(args, 0))),
  fileexists: file(['path'], 'Whether a file is there.', (files, args) => files.exists(textArg(args, 0))),
  fileset: file(['directory', 'pattern'], 'The set of files that match a pattern.', (files, args) =>
    makeSet(files.match(textArg(args, 0), textArg(args, 1)), { kind: 'string' }),
  ),
  abspath: file(['path'], 'The absolute path.', (files, args) => files.absolute(textArg(args, 0))),
  pathexpand: file(['path'], 'The path with ~ expanded.', (files, args) => files.expandHome(textArg(args, 0))),
  basename: file(['path'], 'The last part of a path.', (_, args) => lastPart(textArg(args, 0))),
  dirname: file(['path'], 'A path without its last part.', (_, args) => withoutLastPart(textArg(args, 0))),
});

function lastPart(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return path === '' ? '.' : '/';
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** With `.` and `..` worked out. */
function withoutLastPart(path: string): string {
  const isAbsolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.slice(0, path.lastIndexOf('/') + 1).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !isAbsolute) kept.push(part);
  }
  return (isAbsolute ? '/' : '') + kept.join('/') || '.';
}
