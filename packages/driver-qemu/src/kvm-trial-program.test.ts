import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { trialBootSector } from './kvm-trial-program.ts';

test('the boot sector is what its source assembles to', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'orch-kvm-trial-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const [object, image] = [join(directory, 'trial.o'), join(directory, 'trial.bin')];
  execFileSync('as', ['--64', '-o', object, fileURLToPath(new URL('kvm-trial.S', import.meta.url))]);
  execFileSync('ld', ['-m', 'elf_x86_64', '--oformat', 'binary', '-Ttext', '0x7c00', '-o', image, object]);
  t.deepEqual(Buffer.from(trialBootSector()), await readFile(image));
});
