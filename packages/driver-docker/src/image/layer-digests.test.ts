import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { digesting, type Seen } from './layer-digests.ts';

async function seen(bytes: Buffer, piece: number): Promise<Seen | undefined> {
  let result: Seen | undefined;
  let length = 0;
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  };
  const content = digesting(pieces(), bytes.length, (what) => {
    result = what;
  });
  for await (const part of content) length += part.length;
  return length === bytes.length ? result : undefined;
}

const digest = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const damaged = (bytes: Buffer) => {
  bytes[1000] = (bytes[1000] ?? 0) ^ 0xff;
  return bytes;
};

test('a file has its own digest, and that of what is packed in it, in whatever pieces it comes', async (t) => {
  const packed = gzipSync('layer');
  for (const piece of [1, 7, 1000])
    t.deepEqual((await seen(packed, piece))?.digests, [digest(packed), digest('layer')]);
  t.deepEqual((await seen(Buffer.from('layer'), 2))?.digests, [digest('layer')]);
  t.deepEqual((await seen(Buffer.alloc(0), 1))?.digests, [digest('')]);
});

const broken: readonly [title: string, bytes: Buffer][] = [
  ['bytes that only begin as gzip does', Buffer.concat([Buffer.from('1f8b0800', 'hex'), randomBytes(300_000)])],
  ['bytes that only begin as zstd does', Buffer.concat([Buffer.from('28b52ffd', 'hex'), randomBytes(300_000)])],
  ['a damaged file', damaged(gzipSync(randomBytes(300_000)))],
  ['a file that is cut off', gzipSync(randomBytes(300_000)).subarray(0, 200_000)],
  ['a file with something behind', Buffer.concat([gzipSync('x'), randomBytes(1000)])],
];

for (const [title, bytes] of broken) {
  test(`${title} goes by whole, and has its own digest alone`, async (t) => {
    for (const piece of [10_000, 65_536]) t.deepEqual((await seen(bytes, piece))?.digests, [digest(bytes)]);
  });
}

test('the text of a short file that may be JSON is kept', async (t) => {
  t.is((await seen(Buffer.from('{"a":1}'), 3))?.text, '{"a":1}');
  t.is((await seen(Buffer.from('[1]'), 3))?.text, undefined);
  t.is((await seen(Buffer.from(`{"a":"${'x'.repeat(1024 * 1024)}"}`), 65_536))?.text, undefined);
});
