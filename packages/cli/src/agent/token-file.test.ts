// The file of the token: made once, of enough random bits, for its owner alone, and never taken from somebody else.

import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openTokenFile } from './token-file.ts';

function directory(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'orch-token-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  return dir;
}

test('a token is made at the first start and stays: 256 random bits, readable to its owner', (t) => {
  const dir = directory(t);
  const before = process.umask(0);
  const { path, token } = openTokenFile(dir);
  process.umask(before);
  t.is(path, join(dir, 'api-token'));
  t.regex(token, /^[0-9a-f]{64}$/);
  t.is(lstatSync(path).mode & 0o7777, 0o600);
  t.is(openTokenFile(dir).token, token);
  t.deepEqual(readdirSync(dir), ['api-token']);
  t.not(openTokenFile(directory(t)).token, token);
});

test('an operator may choose it: one word of at least 128 bits in hexadecimal digits', (t) => {
  const dir = directory(t);
  const own = 'f'.repeat(32);
  writeFileSync(join(dir, 'api-token'), `${own}\n`, { mode: 0o600 });
  t.is(openTokenFile(dir).token, own);
  for (const text of ['', '\n', 'f'.repeat(31), `${own} ${own}`, `${own}\n${own}`, 'é'.repeat(40), 'f'.repeat(5_000)]) {
    writeFileSync(join(dir, 'api-token'), text);
    t.throws(() => openTokenFile(dir), { code: 'token-file' }, text.slice(0, 40));
    t.is(readFileSync(join(dir, 'api-token'), 'utf8'), text, 'it stays as it was');
  }
});

test('a file that others may read or write is refused', (t) => {
  const dir = directory(t);
  const { path } = openTokenFile(dir);
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666]) {
    chmodSync(path, mode);
    t.throws(() => openTokenFile(dir), { code: 'token-file', message: /others may use it/ }, mode.toString(8));
  }
});

test('what is no plain file of this user is refused, and nothing is written through it', (t) => {
  const dir = directory(t);
  const path = join(dir, 'api-token');
  symlinkSync(join(dir, 'elsewhere'), path);
  t.throws(() => openTokenFile(dir), { code: 'token-file', message: /it is a link/ });
  t.false(existsSync(join(dir, 'elsewhere')));
  rmSync(path);
  mkdirSync(path, { mode: 0o700 });
  t.throws(() => openTokenFile(dir), { code: 'token-file', message: /it is no file/ });
});

test('a draft that a killed agent left, or that leads elsewhere, does not become the token', (t) => {
  const dir = directory(t);
  writeFileSync(join(dir, 'target'), 'x'.repeat(64));
  linkSync(join(dir, 'target'), join(dir, 'api-token.new'));
  const { token } = openTokenFile(dir);
  t.regex(token, /^[0-9a-f]{64}$/);
  t.is(readFileSync(join(dir, 'target'), 'utf8'), 'x'.repeat(64));
});
