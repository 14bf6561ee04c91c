// What other users of the host get of a node's files, and what a task's files are to the host: nothing, and no program of root's.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { allocation, ownImage, quick, submit } from '../e2e/agent/agent-kit.ts';
import { jobText, until } from '../e2e/shared/dev-agent.ts';
import { type FilesAgent, makeBase, startFilesAgent } from './files-agent.ts';

const stranger = ['--reuid=12345', '--regid=12345', '--clear-groups'];
const base = makeBase();
const dataDir = join(base, 'data');
const image = ownImage();
let agent: FilesAgent;

/** A program that tells whose rights it has. */
function makeProgram(): string {
  const source = join(base, 'who.c');
  writeFileSync(
    source,
    '#include <stdio.h>\n#include <unistd.h>\nint main(void) { printf("%d %d\\n", getuid(), geteuid()); }\n',
  );
  execFileSync('cc', ['-static', '-o', join(base, 'who'), source]);
  return join(base, 'who');
}

const ownMounts = () =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[4] === dataDir)
    .map((fields) => fields[5]?.split(',') ?? []);

function everyPath(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return [path, ...(entry.isDirectory() ? everyPath(path) : [])];
  });
}

test.before(async () => {
  makeProgram();
  agent = await startFilesAgent(base);
});

test.after.always(async () => {
  await agent?.close();
  image.remove();
});

test.serial('no other user reads, lists or enters anything of a task or of the state', async (t) => {
  const exec = jobText('seen', {
    config: 'command = "/bin/sh"\nargs = ["-c", "echo private > /local/f; mkdir /alloc/data/d; echo told; sleep 1000"]',
    group: quick,
  });
  const run = await submit(agent, exec);
  t.is(run.exitCode, 0, run.text);
  const { ID } = await allocation(agent, 'seen', 'running');
  const own = join(dataDir, 'allocations', ID);
  await until('the task to have written', 5_000, async () => existsSync(join(own, 't/local/f')));
  t.is(lstatSync(join(dataDir, 'allocations')).mode & 0o777, 0o700);
  t.is(lstatSync(join(own, 't/local')).mode & 0o777, 0o755, 'not for everybody to write');
  t.is(lstatSync(join(own, 't/local')).uid, 65_534, "it is the task's");
  for (const name of readdirSync(join(dataDir, 'server')).filter((file) => file.startsWith('journal.db')))
    t.is(lstatSync(join(dataDir, 'server', name)).mode & 0o777, 0o600, name);
  const paths = everyPath(dataDir);
  t.true(paths.some((path) => path.endsWith('t.stdout.0')));
  const look =
    'for path in "$@"; do if [ -r "$path" ] || [ -w "$path" ] || [ -x "$path" ]; then echo "$path"; fi; done';
  const reached = execFileSync('setpriv', [...stranger, 'sh', '-c', look, 'sh', ...paths], { encoding: 'utf8' });
  // These directories of the top can be seen to be there, nothing more.
  t.deepEqual(reached.split('\n').filter(Boolean), []);
  t.is(spawnSync('setpriv', [...stranger, 'ls', dataDir]).status, 2, 'not even their names are listed');
});

test.serial('a set-user-id program and a device that root in a container made are neither to the host', async (t) => {
  const script =
    'busybox cp /local/who /alloc/who; busybox chown 0:0 /alloc/who; busybox chmod 4755 /alloc/who; busybox mknod -m 666 /alloc/null c 1 3; sleep 1000';
  const run = await submit(
    agent,
    jobText('suid', {
      driver: 'docker',
      config: `image = "${image.name}"\ncommand = "sh"\nargs = ["-c", "${script}"]`,
      group: quick,
      task: `      kill_timeout = "1s"\n      artifact {\n        source = "${join(base, 'who')}"\n      }\n`,
    }),
  );
  t.is(run.exitCode, 0, run.text);
  const shared = join(dataDir, 'allocations', (await allocation(agent, 'suid', 'running')).ID, 'alloc');
  await until('the container to have made them', 10_000, async () => existsSync(join(shared, 'null')));
  t.is(lstatSync(join(shared, 'who')).mode & 0o7777, 0o4755, 'the bit is there');
  t.is(lstatSync(join(shared, 'who')).uid, 0);
  const direct = spawnSync('setpriv', [...stranger, 'sh', '-c', join(shared, 'who')], { encoding: 'utf8' });
  t.not(direct.status, 0, 'it is out of reach');
  // Somebody who did get there, with a directory that root had opened.
  const inside = spawnSync('setpriv', [...stranger, 'sh', '-c', './who'], { cwd: shared, encoding: 'utf8' });
  t.is(inside.stdout.trim(), '12345 12345', 'it gives nobody the rights of root');
  t.is(spawnSync('sh', ['-c', 'echo x > ./null'], { cwd: shared }).status, 2, 'it opens no device, not even to root');
});

test.serial(
  'the data directory is mounted upon itself once, mended when its flags were taken, and freed at the end',
  async (t) => {
    const [flags = [], ...others] = ownMounts();
    t.deepEqual(others, []);
    t.true(flags.includes('nosuid') && flags.includes('nodev'), flags.join());
    await agent.end('SIGTERM');
    t.is(ownMounts().length, 1, 'tasks run on, and so does the guard');
    execFileSync('mount', ['-o', 'remount,bind,suid,dev', dataDir]);
    await agent.again();
    const [mended = [], ...more] = ownMounts();
    t.deepEqual(more, [], 'not a second time');
    t.true(mended.includes('nosuid') && mended.includes('nodev'), mended.join());
    for (const job of ['seen', 'suid']) t.is((await agent.orch(['job', 'stop', '--purge', job])).exitCode, 0);
    await agent.end('SIGKILL');
    await agent.again();
    t.is(ownMounts().length, 1);
    await agent.end('SIGTERM');
    t.is(ownMounts().length, 0, 'nothing runs, nothing is left');
    await agent.again();
  },
);

test.serial(
  'a raw_exec task of another user finds its own directories and no others, also through alloc exec',
  async (t) => {
    const script = [
      'id -u',
      'pwd',
      'echo mine > $NOMAD_TASK_DIR/own && cat $NOMAD_TASK_DIR/own',
      'echo shared > $NOMAD_ALLOC_DIR/data/own && cat $NOMAD_ALLOC_DIR/data/own',
      'echo hidden > $NOMAD_SECRETS_DIR/own && cat $NOMAD_SECRETS_DIR/own',
      `cat ${dataDir}/server/journal.db ${dataDir}/allocations/../client/node.json 2>/dev/null && echo READ`,
      `ls ${dataDir}/allocations 2>/dev/null && echo LISTED`,
      `touch ${dataDir}/allocations/x 2>/dev/null && echo WRITTEN`,
      'exec sleep 1000',
    ].join('; ');
    const config = `command = "/bin/sh"\nargs = ["-c", ${JSON.stringify(script.replaceAll('$', '$$$$'))}]`;
    const job = jobText('raw', {
      driver: 'raw_exec',
      config: config.replaceAll('$$', '$'),
      group: quick,
      task: '      user = "daemon"\n',
    });
    const run = await submit(agent, job);
    t.is(run.exitCode, 0, run.text);
    const { ID } = await allocation(agent, 'raw', 'running');
    const own = join(dataDir, 'allocations', ID);
    const log = async () => (await agent.orch(['alloc', 'logs', ID])).stdout;
    await until('the task to have said all', 5_000, async () => (await log()).includes('hidden'));
    t.is((await log()).trim(), `1\n${join(own, 't')}\nmine\nshared\nhidden`);
    const outside = spawnSync('setpriv', ['--reuid=1', '--regid=1', '--clear-groups', 'cat', join(own, 't/local/own')]);
    t.is(outside.status, 1, 'the same user on the host does not get there');
    for (const isNext of [false, true]) {
      if (isNext) {
        await agent.end('SIGKILL');
        await agent.again();
      }
      const inside = await agent.orch([
        'alloc',
        'exec',
        ID,
        'sh',
        '-c',
        'id -u; cat $NOMAD_TASK_DIR/own $NOMAD_SECRETS_DIR/own',
      ]);
      t.is(inside.stdout.trim(), '1\nmine\nhidden', inside.text);
    }
    t.is((await agent.orch(['job', 'stop', '--purge', 'raw'])).exitCode, 0);
  },
);
