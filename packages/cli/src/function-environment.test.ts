// Functions that reach outside: against what Nomad answers, and on real files and keys.

import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compareCase, evaluateCase, type RecordedFacts } from '@orch/core/jobspec/evaluate/recorded-facts';
import test from 'ava';
import { functionEnvironmentFor } from './function-environment.ts';

const FACTS = new URL('../../../test/facts/functions-host/', import.meta.url);

for (const name of readdirSync(FACTS)) {
  const text = readFileSync(new URL(name, FACTS), 'utf8');
  const facts = JSON.parse(text) as RecordedFacts;
  test(`${name}: ${facts.cases.length} expressions are what they are in the field`, async (t) => {
    const functions = await functionEnvironmentFor([text]);
    const problems = facts.cases.flatMap((fact) => compareCase(facts.prelude, fact, functions) ?? []);
    t.is(problems.join('\n'), '');
  });
}

/** A directory with files, and the path to it from the working directory. */
function someFiles(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'functions-'));
  mkdirSync(join(path, 'sub/deep'), { recursive: true });
  for (const [name, text] of [
    ['a.txt', 'one\n'],
    ['sub/b.txt', 'two\n'],
    ['sub/deep/c.md', 'three\n'],
    ['.hidden', 'four\n'],
  ] as const) {
    writeFileSync(join(path, name), text);
  }
  writeFileSync(join(path, 'bytes'), new Uint8Array([0, 255]));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

test('files are read under the working directory and by absolute paths', async (t) => {
  const { path, remove } = someFiles();
  t.teardown(remove);
  const functions = await functionEnvironmentFor([]);
  const value = (expression: string) => {
    const { result, problem } = evaluateCase('', expression, functions);
    return result === undefined ? problem : (JSON.parse(result) as unknown);
  };
  const near = relative(process.cwd(), path);
  t.is(value(`file("${path}/a.txt")`), 'one\n');
  t.is(value(`file("${near}/a.txt")`), 'one\n');
  t.is(value(`filebase64("${near}/bytes")`), 'AP8=');
  t.regex(String(value(`file("${near}/bytes")`)), /is no UTF-8 text; use filebase64/);
  t.regex(String(value(`file("${path}/no")`)), /there is no file .*\/no/);
  t.deepEqual(value(`[fileexists("${near}/a.txt"), fileexists("${near}/no")]`), [true, false]);
  t.regex(String(value(`fileexists("${path}/sub")`)), /is no regular file/);
  t.deepEqual(value(`fileset("${near}", "**")`), ['.hidden', 'a.txt', 'bytes', 'sub/b.txt', 'sub/deep/c.md']);
  t.deepEqual(value(`fileset("${path}", "*")`), ['.hidden', 'a.txt', 'bytes']);
  t.deepEqual(value(`fileset("${path}/sub", "**/*.md")`), ['deep/c.md']);
  t.deepEqual(value(`fileset("${path}", "**/*.txt")`), ['a.txt', 'sub/b.txt']);
  t.is(value(`abspath("${near}/sub/../a.txt")`), join(path, 'a.txt'));
});

test('rsadecrypt reads keys in both forms of PEM, and says what is wrong with others', async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const functions = await functionEnvironmentFor([]);
  const secret = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from('secret é'));
  const call = (ciphertext: string, key: string) =>
    evaluateCase('', `rsadecrypt("${ciphertext}", <<EOT\n${key}\nEOT\n)`, functions);
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const pem = privateKey.export({ type, format: 'pem' }) as string;
    t.is(call(secret.toString('base64'), pem).result, '"secret é"');
  }
  const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const otherPem = other.export({ type: 'pkcs1', format: 'pem' }) as string;
  t.regex(call(secret.toString('base64'), otherPem).problem ?? '', /cannot be decrypted with this key/);
  t.regex(call('YQ==', 'no key').problem ?? '', /the key cannot be read/);
});

test('a bomb of YAML aliases is refused by the name of the limit', async (t) => {
  const levels = Array.from({ length: 12 }, (_, index) =>
    index === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x]'
      : `a${index}: &a${index} [${Array(8)
          .fill(`*a${index - 1}`)
          .join(', ')}]`,
  );
  const functions = await functionEnvironmentFor(['yamldecode']);
  const { problem } = evaluateCase('', `yamldecode(${JSON.stringify(levels.join('\n'))})`, functions);
  t.regex(problem ?? '', /limit "yaml size"/);
});

test('what is heavy is there only for files that name it', async (t) => {
  const plain = await functionEnvironmentFor(['job "x" {}']);
  t.deepEqual([plain.parseYaml, plain.bcrypt], [undefined, undefined]);
  const full = await functionEnvironmentFor(['a = bcrypt("x")', 'b = yamldecode("x")']);
  t.is(typeof full.parseYaml, 'function');
  t.is(typeof full.bcrypt, 'function');
});
