// What tasks leave in their directories turned against the agent: replaced directories, paths without end, devices for the next one.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { allocation, ownImage, quick, submit } from '../e2e/agent/agent-kit.ts';
import { jobText, until } from '../e2e/shared/dev-agent.ts';
import { type FilesAgent, makeBase, startFilesAgent } from './files-agent.ts';

const base = makeBase();
const image = ownImage();
let agent: FilesAgent;

const directoryOf = (id: string) => join(base, 'data/allocations', id);
const script = (text: string) => `command = "/bin/sh"\nargs = ["-c", ${JSON.stringify(text)}]`;
const inImage = (text: string) => `image = "${image.name}"\ncommand = "sh"\nargs = ["-c", ${JSON.stringify(text)}]`;
const batch = '  type = "batch"\n';
/** A container's shell is its first process and hears no SIGTERM. */
const soon = '      kill_timeout = "1s"\n';

const collect = () => fetch(`${agent.address}/v1/system/gc`, { method: 'PUT' });

test.before(async () => {
  agent = await startFilesAgent(base);
});

test.after.always(async () => {
  await agent?.close();
  image.remove();
});

test.serial('a directory that a task exchanged with a link keeps root from nothing and leads it nowhere', async (t) => {
  const victim = join(base, 'victim');
  mkdirSync(victim, { mode: 0o750 });
  const before = lstatSync(victim);
  const source = join(base, 'exchange.c');
  writeFileSync(
    source,
    '#define _GNU_SOURCE\n#include <fcntl.h>\n#include <stdio.h>\nint main(void) { for (;;) renameat2(AT_FDCWD, "/alloc/tmp", AT_FDCWD, "/alloc/y", RENAME_EXCHANGE); }\n',
  );
  execFileSync('cc', ['-static', '-o', join(base, 'exchange'), source]);
  const text = `busybox chmod 700 /alloc/tmp; busybox ln -s ${victim} /alloc/y; busybox rmdir /alloc/data; busybox ln -s ${victim} /alloc/data; exec /local/exchange`;
  const run = await submit(
    agent,
    jobText('flips', {
      driver: 'docker',
      config: inImage(text),
      group: quick,
      task: `${soon}      artifact {\n        source = "${join(base, 'exchange')}"\n      }\n`,
    }),
  );
  t.is(run.exitCode, 0, run.text);
  const { ID } = await allocation(agent, 'flips', 'running');
  await until('the links to be there', 5_000, async () =>
    lstatSync(join(directoryOf(ID), 'alloc/data')).isSymbolicLink(),
  );
  await agent.end('SIGKILL');
  await agent.again();
  t.is((await allocation(agent, 'flips', 'running')).ID, ID, 'it runs on');
  const after = lstatSync(victim);
  t.deepEqual([after.mode, after.uid, after.ctimeMs], [before.mode, before.uid, before.ctimeMs]);
  t.is((await agent.orch(['job', 'stop', '--purge', 'flips'])).exitCode, 0);
  await collect();
  await until('its files to be gone', 10_000, async () => !existsSync(directoryOf(ID)));
  t.deepEqual(readdirSync(victim), []);
});

test.serial(
  'paths longer than the kernel takes go with their allocation, made by a task or by an archive',
  async (t) => {
    const name = 'x'.repeat(200);
    const dig = `for (1..60) { mkdir "${name}"; chdir "${name}" } open(F, ">file"); print F "deep"`;
    const work = mkdtempSync(join(tmpdir(), 'orch-deep-'));
    t.teardown(() => spawnSync('rm', ['-rf', work]));
    execFileSync('perl', ['-e', dig], { cwd: work });
    execFileSync('tar', ['-C', work, '-cf', join(base, 'deep.tar'), '.']);
    const made = jobText('deep', {
      config: `command = "perl"\nargs = ["-e", ${JSON.stringify(`chdir "/local"; ${dig}`)}]`,
      job: batch,
    });
    const fetched = jobText('fetched', {
      config: 'command = "/bin/true"',
      job: batch,
      task: `      artifact {\n        source = "${join(base, 'deep.tar')}"\n      }\n`,
    });
    const ids: string[] = [];
    for (const [id, text] of [
      ['deep', made],
      ['fetched', fetched],
    ] as const) {
      t.is((await submit(agent, text, '-detach')).exitCode, 0);
      ids.push((await allocation(agent, id, 'complete')).ID);
    }
    const tooLong = spawnSync('find', [...ids.map(directoryOf), '-name', name], { encoding: 'utf8', maxBuffer: 1e8 });
    t.true(tooLong.stdout.split('\n').filter((line) => line.length > 4_096).length >= 2 * 40, 'there they are');
    await collect();
    await until('both to be gone', 10_000, async () => !ids.some((id) => existsSync(directoryOf(id))));
    t.notRegex(agent.log(), /ENAMETOOLONG|could not be collected/);
  },
);

test.serial('what cannot be removed is named with its mend, and goes when it can', async (t) => {
  t.is(
    (await submit(agent, jobText('stuck', { config: script('echo x > /local/kept'), job: batch }), '-detach')).exitCode,
    0,
  );
  const { ID } = await allocation(agent, 'stuck', 'complete');
  const kept = join(directoryOf(ID), 't/local/kept');
  execFileSync('chattr', ['+i', kept]);
  t.teardown(() => spawnSync('chattr', ['-i', kept]));
  await collect();
  await until('the reason to be logged', 5_000, async () =>
    /an allocation could not be.*kept'?: Operation not permitted.*chattr -i/.test(agent.log()),
  ).catch((error) => {
    throw new Error(`${error.message}: ${agent.log()}`);
  });
  t.true(existsSync(kept));
  execFileSync('chattr', ['-i', kept]);
  await until('it to be gone', 10_000, async () => !existsSync(directoryOf(ID)));
});

test.serial(
  'the next allocation gets the data of a sticky disk without devices, pipes, special bits and foreign links',
  async (t) => {
    const fill = [
      'busybox mkdir -p /local/sub /alloc/data/sub',
      'for d in /local /alloc/data; do busybox mknod -m 666 $d/disk b 7 0; busybox mknod -m 666 $d/sub/null c 1 3; busybox mkfifo $d/pipe; busybox cp /bin/busybox $d/root; busybox chmod 6755 $d/root; echo kept > $d/sub/file; busybox ln -s /etc/shadow $d/link; done',
      'busybox chown 65534:65534 /local/sub/file',
      'exec busybox sleep 1000',
    ].join('; ');
    const group = `${quick}    ephemeral_disk {\n      sticky = true\n    }\n`;
    const one = jobText('sticky', {
      driver: 'docker',
      config: inImage(fill),
      group,
      task: soon,
    });
    t.is((await submit(agent, one)).exitCode, 0);
    const first = (await allocation(agent, 'sticky', 'running')).ID;
    await until('the first one to be done', 5_000, async () => existsSync(join(directoryOf(first), 'alloc/data/link')));
    t.true(lstatSync(join(directoryOf(first), 't/local/disk')).isBlockDevice());
    const look =
      'find /local /alloc/data ! -type d ! -type l ! -type f; find /local /alloc/data -type f -perm /7000; cat /local/sub/file /alloc/data/sub/file; echo done; exec sleep 1000';
    const two = await submit(agent, jobText('sticky', { config: script(look), group }));
    t.is(two.exitCode, 0, two.text);
    const second = (await allocation(agent, 'sticky', 'running')).ID;
    t.not(second, first);
    const log = () => agent.orch(['alloc', 'logs', second]);
    await until('the second one to have looked', 5_000, async () => (await log()).stdout.includes('done'));
    t.is((await log()).stdout.trim(), 'kept\nkept\ndone');
    const own = directoryOf(second);
    t.is(lstatSync(join(own, 't/local/sub/file')).uid, 65_534, 'owners are kept');
    t.true(lstatSync(join(own, 't/local/link')).isSymbolicLink(), 'links are links');
    t.is(lstatSync(join(own, 't/local/root')).mode & 0o7777, 0o755);
    t.is(lstatSync(join(own, 't/local')).mode & 0o7777, 0o755, 'no longer open to all');
    t.false(
      readdirSync(own).some((name) => name.startsWith('.')),
      'nothing of the copying is left',
    );
    t.is((await agent.orch(['job', 'stop', '--purge', 'sticky'])).exitCode, 0);
  },
);

test.serial('a state directory that somebody made before is refused, and nothing in it is run', async (t) => {
  // With a /run that is no tmpfs, /dev/shm is where state is kept: there everybody may make a directory.
  const inner = mkdtempSync(join(tmpdir(), 'orch-state-'));
  t.teardown(() => rmSync(inner, { recursive: true, force: true }));
  const orch = fileURLToPath(new URL('../../packages/cli/bin/orch.js', import.meta.url));
  const attack = `
mount -t tmpfs tmpfs /dev/shm -o mode=1777 && mount --bind ${inner} /run || exit 99
setpriv --reuid=12345 --regid=12345 --clear-groups sh -c '$0'
timeout -s KILL 12 ${process.execPath} ${orch} agent --dev --data-dir ${join(base, 'other')} --http-port 4999 --log-level error
echo "ended with $?"
`;
  for (const [prepare, told] of [
    ['mkdir /dev/shm/orch', /\/dev\/shm\/orch belongs to the user 12345/],
    ['mkdir /dev/shm/x; ln -s x /dev/shm/orch', /\/dev\/shm\/orch is a symbolic link of the user 12345/],
  ] as const) {
    const { stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', attack.replace('$0', prepare)], {
      encoding: 'utf8',
    });
    t.regex(stdout + stderr, told);
    t.regex(stdout, /ended with 1\n/);
  }
});
