import test from 'ava';
import { liveOutput } from './live.ts';

function record(isTTY: boolean): {
  readonly text: () => string;
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
} {
  let written = '';
  return {
    isTTY,
    columns: 10,
    text: () => written,
    write: (text) => {
      written += text;
    },
  };
}

test('liveOutput writes plain lines and nothing else where there is no terminal', (t) => {
  const stream = record(false);
  const out = liveOutput(stream);
  out.live('1 of 2');
  out.line('event');
  out.end();
  t.is(stream.text(), 'event\n');
});

test('liveOutput keeps its changing line below the others and takes it away at the end', (t) => {
  const stream = record(true);
  const out = liveOutput(stream);
  out.live('1 of 2 and much more');
  out.line('event');
  out.end();
  t.is(stream.text(), '1 of 2 an\r\u001b[Kevent\n1 of 2 an\r\u001b[K');
});
