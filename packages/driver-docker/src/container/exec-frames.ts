// The attached stream of a command as pieces of stdout and stderr. With a terminal there is one raw stream.
import { concat } from '../logs/log-frames.ts';

export interface ExecPiece {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

const HEADER_BYTES = 8;

export class ExecFrames {
  readonly #tty: boolean;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(tty: boolean) {
    this.#tty = tty;
  }

  /** Whole frames; the engine makes one for each write of the command. */
  *push(bytes: Uint8Array): Generator<ExecPiece> {
    if (this.#tty) {
      yield { stream: 'stdout', data: bytes };
      return;
    }
    this.#rest = this.#rest.length === 0 ? bytes : concat([this.#rest, bytes]);
    while (this.#rest.length >= HEADER_BYTES) {
      const length = new DataView(this.#rest.buffer, this.#rest.byteOffset, HEADER_BYTES).getUint32(4);
      if (this.#rest.length < HEADER_BYTES + length) return;
      const data = this.#rest.subarray(HEADER_BYTES, HEADER_BYTES + length);
      if (length > 0) yield { stream: this.#rest[0] === 2 ? 'stderr' : 'stdout', data };
      this.#rest = this.#rest.subarray(HEADER_BYTES + length);
    }
  }
}
