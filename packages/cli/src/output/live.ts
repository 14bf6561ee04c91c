// Lines that stay and, on a terminal, one line below them that changes.

import { escaped } from '@orch/core/lib/display-width';

export interface LiveOutput {
  /** A line that stays; whatever it says, it is one. */
  line(text: string): void;
  /** Replaces the changing line; nothing where the output is no terminal. */
  live(text: string): void;
  /** Takes the changing line away. */
  end(): void;
}

export interface LiveStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export function liveOutput(stream: LiveStream): LiveOutput {
  let shown = '';
  const clear = () => {
    if (shown !== '') stream.write('\r\u001b[K');
  };
  return {
    line(text) {
      clear();
      stream.write(`${escaped(text)}\n`);
      if (shown !== '') stream.write(shown);
    },
    live(text) {
      if (stream.isTTY !== true) return;
      clear();
      // A line that wraps could not be taken away again.
      shown = escaped(text).slice(0, (stream.columns ?? 80) - 1);
      stream.write(shown);
    },
    end() {
      clear();
      shown = '';
    },
  };
}
