// What a job's disk image is, from its first bytes. Nothing else of it is read here: an image is the job's own text.

import { DriverError } from '@orch/driver-api';

export type ImageFormat = 'qcow2' | 'raw';

/** Enough for all fields that are looked at. */
export const IMAGE_HEADER_BYTES = 512;

/** Other formats by what they begin with: run as raw they would be a disk of nonsense. */
const FOREIGN: readonly (readonly [name: string, magic: Buffer])[] = [
  ['vmdk', Buffer.from('KDMV')],
  ['vmdk', Buffer.from('COWD')],
  ['vmdk', Buffer.from('# Disk DescriptorFile')],
  ['vpc', Buffer.from('conectix')],
  ['vhdx', Buffer.from('vhdxfile')],
  ['qed', Buffer.from('QED\0')],
  ['qcow', Buffer.from('QFI\xfb\0\0\0\x01', 'latin1')],
  ['luks', Buffer.from('LUKS\xba\xbe', 'latin1')],
  ['parallels', Buffer.from('WithoutFreeSpace')],
  ['parallels', Buffer.from('WithouFreSpacExt')],
];
const QCOW2 = Buffer.from('QFI\xfb', 'latin1');
/** VirtualBox keeps its mark behind a line of text. */
const VDI = { at: 0x40, magic: Buffer.from('7f10dabe', 'hex') } as const;

/** The header of version 3; no image of either version is as small. */
const SMALLEST_QCOW2 = 104;
/** Among the features of version 3 that a reader must know: the data lies in another file. */
const DATA_FILE_BIT = 4n;

/**
 * The format, when the image stands alone. A raw image cannot name another file, and a qcow2 image must not: such a file
 * would be looked for beside the emulator, not beside the image. Pure.
 * @throws DriverError `invalid-config` | `denied`
 */
export function judgeImage(header: Buffer): ImageFormat {
  const foreign = FOREIGN.find(([, magic]) => header.subarray(0, magic.length).equals(magic));
  const name = foreign?.[0] ?? (header.subarray(VDI.at, VDI.at + 4).equals(VDI.magic) ? 'vdi' : undefined);
  if (name !== undefined) {
    throw imageError('invalid-config', `image_path has format ${name}; qcow2 and raw are run`, {
      hint: 'convert it with: qemu-img convert -O qcow2 IMAGE NEW',
    });
  }
  if (!header.subarray(0, 4).equals(QCOW2)) return 'raw';
  const version = header.length >= SMALLEST_QCOW2 ? header.readUInt32BE(4) : 0;
  if (version !== 2 && version !== 3)
    throw imageError('invalid-config', 'image_path begins like a qcow2 image and is none');
  const refersToBase = header.readBigUInt64BE(8) !== 0n || header.readUInt32BE(16) !== 0;
  const refersToData = version === 3 && (header.readBigUInt64BE(72) & DATA_FILE_BIT) !== 0n;
  if (refersToBase || refersToData) {
    throw imageError('denied', 'image_path refers to another file; only images that stand alone are run', {
      hint: 'flatten it with: qemu-img convert -O qcow2 IMAGE FLAT',
    });
  }
  if (header.readUInt32BE(32) !== 0)
    throw imageError('invalid-config', 'image_path is encrypted, and a job has no way to give its secret');
  return 'qcow2';
}

function imageError(code: 'invalid-config' | 'denied', message: string, options: { hint?: string } = {}): DriverError {
  return new DriverError(code, message, { path: ['image_path'], ...options });
}
