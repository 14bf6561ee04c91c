// The file of the API's token: made once, root's alone, checked before every use.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

const fileName = 'api-token';
const tokenBytes = 32;
/** 128 bits, written in hexadecimal digits: less is no secret. */
const minCharacters = 32;
const maxBytes = 4_096;

export interface TokenFile {
  readonly path: string;
  readonly token: string;
}

/** Reads the token of a data directory; makes one at the first start. @throws OrchError `token-file` */
export function openTokenFile(dataDir: string): TokenFile {
  const path = join(dataDir, fileName);
  const there = read(path);
  if (there !== undefined) return { path, token: there };
  make(path);
  const token = read(path);
  if (token === undefined) throw bad(path, 'it went away while it was made');
  return { path, token };
}

function read(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw bad(path, code === 'ELOOP' ? 'it is a link' : 'it cannot be read', cause);
  }
  try {
    const { mode, uid, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw bad(path, 'it is no file');
    if (uid !== process.geteuid?.()) throw bad(path, `it belongs to the user ${uid}`);
    if ((mode & 0o077) !== 0) throw bad(path, `others may use it (mode ${(mode & 0o777).toString(8)}, not 600)`);
    if (size > maxBytes) throw bad(path, 'it is too long');
    const token = readFileSync(file, 'utf8').trim();
    if (!/^[\x21-\x7e]+$/.test(token) || token.length < minCharacters)
      throw bad(path, `it does not hold one word of at least ${minCharacters} characters`);
    return token;
  } finally {
    closeSync(file);
  }
}

/** Whole under its name, or not there. */
function make(path: string): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  try {
    const file = openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      writeSync(file, `${randomBytes(tokenBytes).toString('hex')}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(draft, path);
  } catch (cause) {
    throw bad(path, 'it cannot be made', cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

function bad(path: string, why: string, cause?: unknown): OrchError {
  return new OrchError('token-file', `the file of the API's token, ${path}, cannot be used: ${why}`, {
    hint: 'a file of the user the agent runs as, mode 0600; remove it and a new token is made at the next start',
    ...(cause === undefined ? {} : { cause }),
  });
}
