// What the functions of the job language may reach on the machine of the person who submits.

import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { hostFunctionsFor } from '@orch/core/host/language-functions';
import type { FileFunctions, FunctionEnvironment } from '@orch/core/jobspec';
import { matchFiles } from './fileset.ts';
import { readSmallFile } from './small-file.ts';

/** `~` and `~/…` are in the home directory. */
function expandHome(path: string): string {
  if (!path.startsWith('~')) return path;
  if (path !== '~' && !path.startsWith('~/'))
    throw new Error(`the home directory of another user ("${path}") is not known`);
  return join(homedir(), path.slice(1));
}

function readBytes(path: string): Buffer {
  const absolute = resolve(expandHome(path));
  const bytes = readSmallFile(absolute);
  if (bytes === undefined) throw new Error(`there is no file ${absolute}`);
  return bytes;
}

function exists(path: string): boolean {
  const absolute = resolve(expandHome(path));
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new Error(`${absolute} is no regular file`);
  return found !== undefined;
}

/** Relative paths are under the working directory, as in the field, not beside the job file. */
const files: FileFunctions = {
  readText(path) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readBytes(path));
    } catch (error) {
      if (error instanceof TypeError) throw new Error(`${path} is no UTF-8 text; use filebase64`);
      throw error;
    }
  },
  readBase64: (path) => readBytes(path).toString('base64'),
  exists,
  match: (directory, pattern) => matchFiles(resolve(directory), pattern),
  absolute: (path) => resolve(path),
  expandHome,
};

/** `texts`: the job file and its variable files. What is heavy is loaded only when one of them names it. */
export async function functionEnvironmentFor(texts: readonly string[]): Promise<FunctionEnvironment> {
  return { ...(await hostFunctionsFor(texts, () => Date.now())), files };
}
