// What the functions of the job language may reach on the machine of the person who submits.

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { FunctionEnvironment } from '@orch/core/jobspec';

const base: FunctionEnvironment = {
  now: () => Date.now(),
  randomUuid: () => randomUUID(),
  namedUuid: (namespace, name) => {
    const digest = createHash('sha1')
      .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
      .update(name)
      .digest();
    digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
    digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
    const hex = digest.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  },
  hash: (algorithm, text) => createHash(algorithm).update(text).digest('hex'),
  files: {
    readText: (path) => readFileSync(path, 'utf8'),
    readBase64: (path) => readFileSync(path).toString('base64'),
    exists: (path) => existsSync(path),
    match: (directory, pattern) => globSync(pattern, { cwd: directory }).sort(),
    absolute: (path) => resolve(path),
    expandHome: (path) => (path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path),
  },
};

/** `texts`: the job file and its variable files. What is heavy is loaded only when one of them names it. */
export async function functionEnvironmentFor(_texts: readonly string[]): Promise<FunctionEnvironment> {
  return base;
}
