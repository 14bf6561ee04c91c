// What the functions of the job language may reach on the machine of the person who submits.

import { constants, createHash, createPrivateKey, privateDecrypt, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FileFunctions, FunctionEnvironment } from '@orch/core/jobspec';
import { matchFiles } from './fileset.ts';

/** Namespaces with a name of their own (RFC 9562). */
const NAMESPACES: Record<string, string> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
};

function namedUuid(namespace: string, name: string): string {
  const id = Object.hasOwn(NAMESPACES, namespace) ? (NAMESPACES[namespace] as string) : namespace;
  const hexadecimal = id.replace(/^urn:uuid:|^\{|\}$/g, '').replaceAll('-', '');
  if (!/^[0-9a-fA-F]{32}$/.test(hexadecimal))
    throw new Error(`"${namespace}" is neither dns, url, oid, x500 nor a UUID`);
  const digest = createHash('sha1').update(Buffer.from(hexadecimal, 'hex')).update(name).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function rsaDecrypt(ciphertextBase64: string, privateKeyPem: string): string {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(ciphertextBase64)) throw new Error('the ciphertext is no base64');
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey(privateKeyPem);
  } catch (error) {
    throw new Error(`the key cannot be read: ${(error as Error).message}`);
  }
  try {
    const padding = constants.RSA_PKCS1_PADDING;
    return privateDecrypt({ key, padding }, Buffer.from(ciphertextBase64, 'base64')).toString('utf8');
  } catch (error) {
    throw new Error(`it cannot be decrypted with this key: ${(error as Error).message}`);
  }
}

/** `~` and `~/…` are in the home directory. */
function expandHome(path: string): string {
  if (!path.startsWith('~')) return path;
  if (path !== '~' && !path.startsWith('~/'))
    throw new Error(`the home directory of another user ("${path}") is not known`);
  return join(homedir(), path.slice(1));
}

/** Largest file that is read: what does not fit into a job file does not fit into a job. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

function readBytes(path: string): Buffer {
  const absolute = resolve(expandHome(path));
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`there is no file ${absolute}`);
  if (!found.isFile()) throw new Error(`${absolute} is no regular file`);
  if (found.size > MAX_FILE_BYTES)
    throw new Error(`${absolute} is larger than ${MAX_FILE_BYTES} bytes (limit "file size")`);
  return readFileSync(absolute);
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

const base: FunctionEnvironment = {
  now: () => Date.now(),
  randomUuid: () => randomUUID(),
  namedUuid,
  hash: (algorithm, text) => createHash(algorithm).update(text).digest('hex'),
  rsaDecrypt,
  files,
};

/** `texts`: the job file and its variable files. What is heavy is loaded only when one of them names it. */
export async function functionEnvironmentFor(texts: readonly string[]): Promise<FunctionEnvironment> {
  const names = (name: string) => texts.some((text) => text.includes(name));
  return {
    ...base,
    ...(names('yamldecode') ? { parseYaml: (await import('./yaml-node.ts')).parseYaml } : {}),
    ...(names('bcrypt') ? { bcrypt: await loadBcrypt() } : {}),
  };
}

/** `$2a$` and `$2b$` name the same algorithm; the field writes the first, which older programs read too. */
async function loadBcrypt(): Promise<(text: string, cost: number) => string> {
  const { hashSync } = await import('bcryptjs');
  return (text, cost) => hashSync(text, cost).replace(/^\$2b\$/, '$2a$');
}
