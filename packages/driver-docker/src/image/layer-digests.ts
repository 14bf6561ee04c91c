// What a file is, while it streams by: its digest, that of what is packed in it, and its text where it is a short one.
import { createHash, type Hash } from 'node:crypto';
import type { Gunzip } from 'node:zlib';
import { MAGIC_BYTES, packingOf, unpacker } from './compression.ts';

/** Longest text that is kept, bytes. */
const MOST_TEXT_BYTES = 1024 * 1024;
/** Most bytes that a layer may unpack to. */
const MOST_UNPACKED_BYTES = 64 * 1024 ** 3;

export interface Seen {
  /** `sha256:…` of the file, and of what is packed in it. */
  readonly digests: readonly string[];
  /** Set for files that may be JSON. */
  readonly text: string | undefined;
}

/** Hands the bytes on; `done` is told what they were. */
export async function* digesting(
  content: AsyncIterable<Uint8Array>,
  size: number,
  done: (seen: Seen) => void,
): AsyncGenerator<Uint8Array> {
  const own = createHash('sha256');
  const kept: Uint8Array[] | undefined = size <= MOST_TEXT_BYTES ? [] : undefined;
  let packed: Packed | undefined;
  let begin: Uint8Array | undefined = new Uint8Array(0);
  for await (const bytes of content) {
    own.update(bytes);
    kept?.push(bytes);
    if (begin === undefined) await packed?.write(bytes);
    else {
      begin = Buffer.concat([begin, bytes]);
      if (begin.length >= MAGIC_BYTES) {
        packed = Packed.of(begin);
        await packed?.write(begin);
        begin = undefined;
      }
    }
    yield bytes;
  }
  const inner = await packed?.end();
  const digests = [digestOf(own), ...(inner === undefined ? [] : [inner])];
  const isJson = kept?.[0]?.[0] === 0x7b;
  done({ digests, text: isJson ? Buffer.concat(kept ?? []).toString('utf8') : undefined });
}

function digestOf(hash: Hash): string {
  return `sha256:${hash.digest('hex')}`;
}

/** Unpacks beside the stream, and keeps nothing but the digest. */
class Packed {
  readonly #stream: Gunzip;
  readonly #hash = createHash('sha256');
  /** A stream that breaks calls nobody back for what was being written. */
  readonly #closed: Promise<void>;
  #left = MOST_UNPACKED_BYTES;
  #isBroken = false;

  static of(begin: Uint8Array): Packed | undefined {
    const packing = packingOf(begin);
    const stream = packing === undefined ? undefined : unpacker(packing);
    return stream === undefined ? undefined : new Packed(stream);
  }

  private constructor(stream: Gunzip) {
    this.#stream = stream;
    this.#closed = new Promise((resolve) => stream.once('close', resolve));
    // What cannot be unpacked is no layer: it has no digest to be one by.
    stream.on('error', () => this.#break());
    stream.on('data', (bytes: Buffer) => {
      this.#left -= bytes.length;
      if (this.#left < 0) this.#break();
      else this.#hash.update(bytes);
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isBroken) return;
    await Promise.race([new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve())), this.#closed]);
  }

  async end(): Promise<string | undefined> {
    if (this.#isBroken) return undefined;
    this.#stream.end();
    await this.#closed;
    return this.#isBroken ? undefined : digestOf(this.#hash);
  }

  #break(): void {
    this.#isBroken = true;
    this.#stream.destroy();
  }
}
