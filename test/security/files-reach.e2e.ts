// A host task of another user than root: the way to its own directory, with both launchers.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExecutor, type LaunchSpec } from '@orch/executor';
import test from 'ava';

for (const launcher of ['native', 'shell'] as const)
  test.serial(
    `${launcher}: it finds its directory at its own path and nothing beside it; root and the host see no change`,
    async (t) => {
      const base = mkdtempSync(join(tmpdir(), 'orch-reach-'));
      const cgroupParent = `orch-reach-${randomBytes(3).toString('hex')}`;
      chmodSync(base, 0o755);
      const [outer, state, out] = [join(base, 'allocations'), join(base, 'state'), join(base, 'out')];
      for (const name of ['one', 'two']) mkdirSync(join(outer, name), { recursive: true });
      chmodSync(outer, 0o700);
      for (const path of [out, join(outer, 'one')]) {
        mkdirSync(path, { recursive: true });
        chownSync(path, 1, 1);
      }
      const executor = await createExecutor({ stateDir: state, cgroupParent, launcher });
      t.teardown(async () => {
        await executor.close();
        rmSync(base, { recursive: true, force: true });
        for (const hierarchy of readdirSync('/sys/fs/cgroup')) {
          const group = join('/sys/fs/cgroup', hierarchy, cgroupParent);
          if (existsSync(group))
            execFileSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'], { stdio: 'ignore' });
        }
      });
      const own = join(outer, 'one');
      const run = async (id: string, user: string, text: string, reach = own) => {
        const spec: LaunchSpec = {
          id,
          argv: ['/bin/sh', '-c', text],
          env: { PATH: '/usr/bin:/bin' },
          cwd: '/',
          user,
          isolation: { kind: 'host', reach },
          limits: {},
          stateDir: executor.launchDirectory(id),
        };
        await executor.launch(spec);
        const exit = await executor.wait(id);
        await executor.destroy(id);
        return exit.exitCode;
      };
      const look = `cd ${own} && echo mine > f && ls -A ${outer} > ${out}/listed 2>&1; ls -A ${outer}/two > ${out}/other 2>&1; touch ${outer}/x 2> ${out}/touched; stat -c %a ${outer} > ${out}/mode; test -s ${own}/f`;
      t.is(await run('a/one/0', 'daemon', look), 0);
      t.is(readFileSync(join(own, 'f'), 'utf8'), 'mine\n', 'it is the directory itself');
      t.regex(readFileSync(join(out, 'listed'), 'utf8'), /Permission denied/);
      t.regex(readFileSync(join(out, 'other'), 'utf8'), /No such file/, 'another one is not even there');
      t.regex(readFileSync(join(out, 'touched'), 'utf8'), /Permission denied|Read-only/);
      t.is(readFileSync(join(out, 'mode'), 'utf8'), '711\n');
      t.deepEqual(readdirSync(outer).sort(), ['one', 'two'], 'on the host nothing has changed');
      t.is(await run('a/root/0', 'root', `ls -A ${outer} > ${out}/root`), 0);
      t.is(readFileSync(join(out, 'root'), 'utf8'), 'one\ntwo\n', 'root sees the host as it is');
      writeFileSync(join(outer, 'file'), '');
      await t.throwsAsync(run('a/wrong/0', 'daemon', 'true', join(outer, 'none')), { code: 'start-failed' });
      t.deepEqual(readdirSync(join(state, 'launches')), [], 'nothing of the launches is left');
      t.notRegex(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(base));
    },
  );
