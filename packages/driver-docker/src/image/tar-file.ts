// A tar archive written by hand: plain files under short names, nothing else.
import { DriverError } from '@orch/driver-api';

const BLOCK = 512;
/** What the eleven octal digits of a header hold at most. */
const MOST_OCTAL = 8 ** 11;

export const END_OF_ARCHIVE = new Uint8Array(2 * BLOCK);

function fileHeader(name: string, size: number): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, 'latin1');
  header.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  if (size < MOST_OCTAL) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write('00000000000\0        0', 136, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** @throws DriverError `invalid-config` when `content` is not `size` bytes long */
export async function* tarFile(
  name: string,
  size: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield fileHeader(name, size);
  let left = size;
  for await (const bytes of content) {
    left -= bytes.length;
    yield bytes;
  }
  if (left !== 0) {
    const message = 'an entry of the archive is not as long as it says';
    throw new DriverError('invalid-config', message, { path: ['load'] });
  }
  if (size % BLOCK !== 0) yield new Uint8Array(BLOCK - (size % BLOCK));
}
