// The program that tells whether a processor is virtualised for real, and the machine it runs on. Its source is kvm-trial.S.

/** What kvm-trial.S assembles to; a test holds the two together. */
const program = [
  'fa31c08ed88ec08ed0bc007cfcbf0010b90018f3abc70600100320c706f81f0320c70600200330c706f02f0330c70600',
  '308300660f0116e87c66b8200000000f22e066b8001000000f22d866b9800000c00f32660d000100000f3066b8110000',
  '800f22c066ea6c7c0000080048b8787c0080ffffffffffe031c08ed88ec08ed048c7c4007c0080bf0040000048b8ca7c',
  '0080ffffffff66894730c747320800008e48c1e8106689473648c1e810894738c7473c000000000f011c25ee7c0000b9',
  '00000004ffc975fcccf40fa266baf400b010eef40f1f4000000000000000000000000000009a20000f00d87c00003f00',
  '00400080ffffffff',
].join('');

/**
 * A boot sector that goes the way of a kernel: page tables, 64-bit mode, addresses in the upper half, a counted loop, an
 * interrupt; then QEMU's debug-exit port ends QEMU with exit code 33. Less does not tell: some hosts emulate a guest's
 * privileged code instruction by instruction and stop at the first one they do not know.
 */
export function trialBootSector(): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set(Buffer.from(program, 'hex'));
  sector.set([0x55, 0xaa], 510);
  return sector;
}

/** QEMU's exit code when the program came to its end. */
export const successCode = 33;

/** QEMU with nothing but a processor, a little memory, the sector's disk and the port that ends it. */
export function trialCommand(emulator: string, sector: string, processor: readonly string[]): readonly string[] {
  return [
    emulator,
    ...['-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none', '-machine', 'pc', '-m', '16', ...processor],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=1'],
    ...['-drive', `if=ide,format=raw,file=${sector.replaceAll(',', ',,')}`],
  ];
}
