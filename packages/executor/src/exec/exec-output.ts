// The output of an exec session: pieces in order, held until somebody reads them.

export interface OutputPiece {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

/** A queue with one reader. `pause` and `resume` hold the source back while more than `HIGH_BYTES` wait. */
export class ExecOutput implements AsyncIterable<OutputPiece> {
  static readonly HIGH_BYTES = 1_048_576;
  readonly #pieces: OutputPiece[] = [];
  #bytes = 0;
  #ended = false;
  #wake: (() => void) | undefined;
  onRoom: () => void = () => {};

  /** @returns false when the source should pause until `onRoom` */
  push(piece: OutputPiece): boolean {
    if (this.#ended) return true;
    this.#pieces.push(piece);
    this.#bytes += piece.data.byteLength;
    this.#wake?.();
    return this.#bytes < ExecOutput.HIGH_BYTES;
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputPiece> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#bytes -= piece.data.byteLength;
        if (this.#bytes < ExecOutput.HIGH_BYTES / 2) this.onRoom();
        yield piece;
      } else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }
}
