import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { defaultAgentConfig, devConfig } from './config/agent-config.ts';
import { claimKernelNames } from './kernel-names.ts';

function fixture(): { readonly root: string; dataDir(name: string): string; done(): void } {
  const root = mkdtempSync(join(tmpdir(), 'orch-names-'));
  return {
    root,
    dataDir(name) {
      mkdirSync(join(root, name), { recursive: true });
      return join(root, name);
    },
    done: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Another process that holds a word until it is told to stop. */
async function holder(root: string, dataDir: string): Promise<() => void> {
  const script = `import { devConfig } from ${JSON.stringify(new URL('./config/agent-config.ts', import.meta.url).href)};
import { claimKernelNames } from ${JSON.stringify(new URL('./kernel-names.ts', import.meta.url).href)};
claimKernelNames(devConfig(${JSON.stringify(dataDir)}), ${JSON.stringify(join(root, 'locks'))});
console.log("held");
setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return () => child.kill('SIGKILL');
}

test('claimKernelNames gives dev agents side by side different words and subnets, and the same again', async (t) => {
  const { root, dataDir, done } = fixture();
  t.teardown(done);
  const stop = await holder(root, dataDir('a'));
  t.teardown(stop);
  const second = claimKernelNames(devConfig(dataDir('b')), join(root, 'locks'));
  t.deepEqual([second.word, second.bridge, second.subnet], ['orchb', 'orchb0', '172.26.80.0/20']);
  second.release();
  stop();
  // The kernel frees the first word with its holder's death.
  for (
    let attempt = 0;
    attempt < 50 && execFileSync('ps', ['-e', '-o', 'args'], { encoding: 'utf8' }).includes(`${root}/a`);
    attempt += 1
  )
    await new Promise((resolve) => setTimeout(resolve, 20));
  const again = claimKernelNames(devConfig(dataDir('b')), join(root, 'locks'));
  t.is(again.word, 'orchb', 'its tasks run under these names');
  again.release();
});

test('claimKernelNames refuses a configured word that another process uses, with the mend', async (t) => {
  const { root, dataDir, done } = fixture();
  t.teardown(done);
  t.teardown(await holder(root, dataDir('a')));
  t.throws(() => claimKernelNames({ ...defaultAgentConfig, dataDir: dataDir('b') }, join(root, 'locks')), {
    code: 'names-in-use',
    message: /uses the kernel names "orch"/,
  });
});
