// What functions of the job language are handed by the process they run in: hashes, randomness, keys. No files: those are
// the affair of whoever reads job files on a person's machine.

import { constants, createHash, createPrivateKey, privateDecrypt, randomUUID } from 'node:crypto';
import type { FunctionEnvironment } from '../jobspec/index.ts';

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

/**
 * `texts`: the job file and its variable files. What is heavy to load (YAML, bcrypt) is loaded only when one of them names
 * it. `now` gives milliseconds since the epoch.
 */
export async function hostFunctionsFor(texts: readonly string[], now: () => number): Promise<FunctionEnvironment> {
  const names = (name: string) => texts.some((text) => text.includes(name));
  return {
    now,
    randomUuid: () => randomUUID(),
    namedUuid,
    hash: (algorithm, text) => createHash(algorithm).update(text).digest('hex'),
    rsaDecrypt,
    ...(names('yamldecode') ? { parseYaml: (await import('./yaml-node.ts')).parseYaml } : {}),
    ...(names('bcrypt') ? { bcrypt: await loadBcrypt() } : {}),
  };
}

/** `$2a$` and `$2b$` name the same algorithm; the field writes the first, which older programs read too. */
async function loadBcrypt(): Promise<(text: string, cost: number) => string> {
  const { hashSync } = await import('bcryptjs');
  return (text, cost) => hashSync(text, cost).replace(/^\$2b\$/, '$2a$');
}
