// Functions the caller hands in: hashes, randomness, files.

import type { FileFunctions, FunctionContext, LanguageFunction } from '../evaluate/function-table.ts';
import { family } from '../evaluate/function-table.ts';
import { type Value, ValueError } from '../evaluate/value.ts';
import { integerArg, textArg } from './arguments.ts';

function hash(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512'): LanguageFunction {
  return {
    params: ['text'],
    needs: 'hash',
    doc: `The ${algorithm} hash of a text, in hexadecimal.`,
    fn: (args, { environment }) => environment.hash?.(algorithm, textArg(args, 0)) ?? null,
  };
}

function file(
  params: readonly string[],
  doc: string,
  read: (files: FileFunctions, args: readonly Value[]) => Value,
): LanguageFunction {
  return { params, doc, needs: 'files', fn: (args, context) => guarded(context, (files) => read(files, args)) };
}

/** What the file system refuses is a mistake in the job file: it names the file. */
function guarded({ environment }: FunctionContext, read: (files: FileFunctions) => Value): Value {
  if (environment.files === undefined) return null;
  try {
    return read(environment.files);
  } catch (error) {
    if (error instanceof ValueError) throw error;
    throw new ValueError(error instanceof Error ? error.message : String(error), 0);
  }
}

export const environmentFunctions = family({
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  bcrypt: {
    params: ['text', 'cost'],
    optional: 1,
    needs: 'bcrypt',
    doc: 'The bcrypt hash of a text.',
    fn: (args, { environment }) =>
      environment.bcrypt?.(textArg(args, 0), args.length > 1 ? integerArg(args, 1, 4, 16) : 10) ?? null,
  },
  rsadecrypt: {
    params: ['ciphertext', 'key'],
    needs: 'rsaDecrypt',
    doc: 'Text from base64 that was encrypted with RSA (PKCS#1 v1.5).',
    fn: (args, { environment }) => environment.rsaDecrypt?.(textArg(args, 0), textArg(args, 1)) ?? null,
  },
  uuidv4: {
    params: [],
    needs: 'randomUuid',
    doc: 'A random UUID.',
    fn: (_, { environment }) => environment.randomUuid?.() ?? null,
  },
  uuidv5: {
    params: ['namespace', 'name'],
    needs: 'namedUuid',
    doc: 'The UUID of a name in a namespace: dns, url, oid, x500 or a UUID.',
    fn: (args, { environment }) => environment.namedUuid?.(textArg(args, 0), textArg(args, 1)) ?? null,
  },
  file: file(['path'], 'The text of a file.', (files, args) => files.readText(textArg(args, 0))),
  filebase64: file(['path'], 'The bytes of a file as base64.', (files, args) => files.readBase64(textArg(args, 0))),
  fileexists: file(['path'], 'Whether a file is there.', (files, args) => files.exists(textArg(args, 0))),
  fileset: file(['directory', 'pattern'], 'Files that match a pattern.', (files, args) => [
    ...files.match(textArg(args, 0), textArg(args, 1)),
  ]),
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

function withoutLastPart(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return path.slice(0, slash).replace(/\/+$/, '') || '/';
}
