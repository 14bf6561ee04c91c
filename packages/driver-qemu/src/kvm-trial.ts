// Whether KVM works, found by using it: a device file alone does not tell, least of all inside another VM.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Executor, ExecutorError } from '@orch/executor';
import { successCode, trialBootSector, trialCommand } from './kvm-trial-program.ts';

export interface KvmVerdict {
  readonly works: boolean;
  readonly reason: string;
}

/** A boot that takes longer is not acceleration: on working hardware it takes a fraction of this, emulated it takes 0.1 s. */
export const kvmTrialLimitMs = 2_000;

/** The trial's own end, for the case that whoever watches over it is killed: a VM that hangs would run for ever. */
const lifeSeconds = 10;

/** Verdicts of an earlier, weaker trial do not count. */
const trialVersion = 2;

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
  await writeFile(cache, JSON.stringify({ bootId, trialVersion, ...verdict }));
  return verdict;
}

async function readCache(path: string, bootId: string): Promise<KvmVerdict | undefined> {
  try {
    const cached = JSON.parse(await readFile(path, 'utf8')) as KvmVerdict & { bootId: string; trialVersion?: number };
    return cached.bootId === bootId && cached.trialVersion === trialVersion
      ? { works: cached.works, reason: cached.reason }
      : undefined;
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
    const command = trialCommand(emulator, sector, ['-accel', 'kvm', '-cpu', 'host']);
    const argv = ['timeout', '--signal=KILL', String(lifeSeconds), ...command];
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
