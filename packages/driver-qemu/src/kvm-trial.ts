// Whether KVM works, found by using it: a device file alone does not tell, least of all inside another VM.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Executor, ExecutorError } from '@orch/executor';

export interface KvmVerdict {
  readonly works: boolean;
  readonly reason: string;
}

/** A boot that takes longer is not acceleration: on working hardware it takes a fraction of this, emulated it takes 0.1 s. */
export const kvmTrialLimitMs = 2_000;

/**
 * A boot sector (16-bit x86) that counts down a register and then writes to QEMU's debug-exit port, which ends QEMU with
 * exit code 33: mov cx,0xffff; loop $; mov dx,0xf4; mov al,0x10; out dx,al; hlt.
 */
export function trialBootSector(): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set([0xb9, 0xff, 0xff, 0xe2, 0xfe, 0xba, 0xf4, 0x00, 0xb0, 0x10, 0xee, 0xf4]);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

const successCode = 33;

/** Boots the sector under KVM, once per boot of the machine; the verdict is kept in `stateDir`. */
export async function tryKvm(options: {
  readonly run: Executor['run'];
  readonly emulator: string;
  readonly stateDir: string;
  readonly signal?: AbortSignal;
}): Promise<KvmVerdict> {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const cache = join(options.stateDir, 'kvm-trial.json');
  const known = await readCache(cache, bootId);
  if (known !== undefined) return known;
  const verdict = await trial(options);
  await mkdir(dirname(cache), { recursive: true });
  await writeFile(cache, JSON.stringify({ bootId, ...verdict }));
  return verdict;
}

async function readCache(path: string, bootId: string): Promise<KvmVerdict | undefined> {
  try {
    const cached = JSON.parse(await readFile(path, 'utf8')) as KvmVerdict & { bootId: string };
    return cached.bootId === bootId ? { works: cached.works, reason: cached.reason } : undefined;
  } catch {
    // Absent or damaged: the trial is made again and the file rewritten.
    return undefined;
  }
}

async function trial({ run, emulator, stateDir, signal }: Parameters<typeof tryKvm>[0]): Promise<KvmVerdict> {
  const device = await run({ argv: ['test', '-c', '/dev/kvm'] });
  if (device.exitCode !== 0) return { works: false, reason: 'there is no /dev/kvm' };
  await mkdir(stateDir, { recursive: true });
  const sector = join(stateDir, 'kvm-trial.img');
  await writeFile(sector, trialBootSector());
  try {
    const argv = [
      emulator,
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      '-no-reboot',
      '-machine',
      'pc',
      '-accel',
      'kvm',
      '-cpu',
      'host',
      '-m',
      '16',
      '-device',
      'isa-debug-exit,iobase=0xf4,iosize=1',
      '-drive',
      `if=ide,format=raw,file=${sector.replaceAll(',', ',,')}`,
    ];
    const result = await run({ argv, timeoutMs: kvmTrialLimitMs }, signal === undefined ? {} : { signal });
    if (result.exitCode === successCode) return { works: true, reason: 'a trial VM booted under KVM' };
    const said = result.stderr.trim().split('\n').pop() ?? '';
    return { works: false, reason: `QEMU refused KVM: ${said}` };
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'timed-out') throw error;
    return { works: false, reason: `a trial VM did not boot under KVM within ${kvmTrialLimitMs} ms` };
  } finally {
    await rm(sector, { force: true });
  }
}
