import test from 'ava';
import { decodeText } from './job-text.ts';

test('UTF-8 is taken as it is, with a byte order mark and with replacement signs that are written there', (t) => {
  for (const text of ['', 'plain', 'größe 日本 🚀', '\ufeffjob', 'a \ufffd b'])
    t.is(decodeText(Buffer.from(text), 'x.hcl'), text);
});

test('other encodings are refused at their first byte that is no UTF-8', (t) => {
  const message = (bytes: Buffer) => t.throws(() => decodeText(bytes, 'x.hcl'))?.message;
  t.is(
    message(Buffer.from('job "x" {\n  # größe\n}\n', 'latin1')),
    'Error: x.hcl:2:7 cannot be read: the byte 0xF6 is no UTF-8 text; save the file as UTF-8',
  );
  t.is(
    message(Buffer.concat([Buffer.from('日 \ufffd\ufffd 🚀'), Buffer.from([0xff]), Buffer.from('\ufffd')])),
    'Error: x.hcl:1:7 cannot be read: the byte 0xFF is no UTF-8 text; save the file as UTF-8',
  );
  t.is(
    message(Buffer.from([0x61, 0xe6, 0x97])),
    'Error: x.hcl:1:2 cannot be read: the byte 0xE6 is no UTF-8 text; save the file as UTF-8',
  );
  t.is(
    message(Buffer.from('\ufeffjob', 'utf16le')),
    'Error: x.hcl cannot be read: it is UTF-16 text; save it as UTF-8',
  );
});
