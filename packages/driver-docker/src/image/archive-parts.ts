// The files of an image archive: what came by, what it was, and under which name it was handed on.
import { posix } from 'node:path';
import { plainName, quote, refused } from './archive-faults.ts';
import type { Seen } from './layer-digests.ts';

export const MOST_ENTRIES = 100_000;
/** Most bytes of short texts that are kept. */
const MOST_TEXT_BYTES = 32 * 1024 * 1024;

export interface EntryHeader {
  readonly name: string;
  readonly size?: number | undefined;
  readonly type?: string | null | undefined;
  readonly linkname?: string | null | undefined;
}

export class Parts {
  readonly #files = new Map<string, { readonly given: string; seen: Seen }>();
  readonly #links = new Map<string, string>();
  readonly #names = new Set<string>();
  #entries = 0;
  #textBytes = 0;

  /** @throws DriverError for kinds of entries that no image needs, and for a name that comes twice */
  note(name: string, { type, linkname }: EntryHeader): void {
    this.#entries += 1;
    if (this.#entries > MOST_ENTRIES) throw refused(`the archive holds more than ${MOST_ENTRIES} entries`);
    if (type === 'directory') return;
    if (this.#names.has(name)) throw refused(`the archive holds ${quote(name)} twice`);
    this.#names.add(name);
    if (type === 'symlink') this.#links.set(name, posix.join(posix.dirname(name), linkname ?? ''));
    else if (type !== 'file' && type !== 'contiguous-file') {
      throw refused(`the archive holds ${quote(name)} of kind "${type ?? 'unknown'}"`);
    }
  }

  /** A file begins: answers the name to hand it on under. */
  begin(name: string): string {
    const given = String(this.#files.size);
    this.#files.set(name, { given, seen: { digests: [], text: undefined } });
    return given;
  }

  end(name: string, { digests, text }: Seen): void {
    const file = this.#files.get(name);
    if (file === undefined) return;
    this.#textBytes += text?.length ?? 0;
    file.seen = { digests, text: this.#textBytes > MOST_TEXT_BYTES ? undefined : text };
  }

  /** The name that was handed on for what a manifest calls `name`. @throws DriverError */
  given(name: unknown): string {
    return this.#file(name).given;
  }

  /** A short text. @throws DriverError */
  text(name: unknown): string {
    const { text } = this.#file(name).seen;
    if (text === undefined) throw refused(`${quote(String(name))} of the archive is not understood`);
    return text;
  }

  /** Whether the file, or what is packed in it, has this digest. @throws DriverError */
  is(name: unknown, digest: string): boolean {
    return this.#file(name).seen.digests.includes(digest);
  }

  /** Old archives share layers by links; one step is enough. */
  #file(name: unknown): { readonly given: string; readonly seen: Seen } {
    const plain = typeof name === 'string' ? plainName(name) : '';
    const file = this.#files.get(this.#links.get(plain) ?? plain);
    if (file === undefined) throw refused(`the archive does not hold ${quote(plain)}, which its manifest names`);
    return file;
  }
}
