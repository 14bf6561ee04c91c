// Where bytes stop being UTF-8, against the platform's own decoder.

import test from 'ava';
import fc from 'fast-check';
import { wrongUtf8At } from './utf8.ts';

const isText = (bytes: Uint8Array) => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

test('the first byte that is no UTF-8', (t) => {
  const rows: readonly (readonly [readonly number[], number | undefined])[] = [
    [[], undefined],
    [[0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80], undefined],
    [[0xef, 0xbf, 0xbd], undefined],
    [[0x61, 0xff], 1],
    [[0x61, 0x80], 1],
    [[0xc3, 0x28], 0],
    [[0x61, 0xe2, 0x82], 1],
    [[0xc0, 0x80], 0],
    [[0xe0, 0x80, 0x80], 0],
    [[0xed, 0xa0, 0x80], 0],
    [[0xf4, 0x90, 0x80, 0x80], 0],
  ];
  for (const [bytes, at] of rows) t.is(wrongUtf8At(Uint8Array.from(bytes)), at, bytes.join(' '));
});

test('it agrees with the platform on any bytes, and what stands before it is text', (t) => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0xc3, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xed, 0xa0),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (list) => {
      const bytes = Uint8Array.from(list);
      const at = wrongUtf8At(bytes);
      return (at === undefined) === isText(bytes) && (at === undefined || isText(bytes.subarray(0, at)));
    }),
    { numRuns: 5_000 },
  );
  t.pass();
});
