// Log files against tasks that can write where these are shown: through a whole agent, with exec tasks as nobody and containers as root.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { agentConfig, allocation, closeAgent, type OwnImage, ownImage, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

let agent: DevAgent;
let image: OwnImage;
let server: Server;
/** The host's: no task may reach it. */
let host: string;
const content = 'sec::0:0::/root:/bin/sh';

test.before(async () => {
  host = mkdtempSync(join(tmpdir(), 'orch-host-'));
  mkdirSync(join(host, 'dir'));
  writeFileSync(join(host, 'victim'), 'untouched');
  server = createServer((request, answer) => {
    const [, name = '', target = ''] = /^\/([^/]+)\/([^/]+)\.tar$/.exec(request.url ?? '') ?? [];
    answer.end(tarOf(name, target));
  }).listen(0, '127.0.0.1');
  image = ownImage();
  agent = await startDevAgent({ config: agentConfig() });
});
test.after.always(async () => {
  await closeAgent(agent);
  image?.remove();
  server?.close();
  rmSync(host, { recursive: true, force: true });
});

/** One link: `logs/<name> -> ../data/d/<target>`. */
function tarOf(name: string, target: string): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'orch-tar-'));
  try {
    mkdirSync(join(dir, 'logs'));
    symlinkSync(`../data/d/${target}`, join(dir, 'logs', name));
    return execFileSync('tar', ['-C', dir, '-cf', '-', `logs/${name}`]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const artifact = (name: string, target: string) => `      artifact {
        source      = "http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}/${target}.tar"
        destination = "../alloc/"
      }
`;
const prestart = '      lifecycle {\n        hook = "prestart"\n      }\n';
const poststart = '      lifecycle {\n        hook = "poststart"\n      }\n';
const oneMegabyte = "head -c 1100000 /dev/zero | tr '\\\\0' x";

function task(name: string, driver: 'exec' | 'docker', script: string, more = ''): string {
  const words = `args = ["-c", "${script.replaceAll('"', '\\"')}"]`;
  return `    task "${name}" {
      driver       = "${driver}"
      kill_timeout = "1s"
      config {
${driver === 'docker' ? `        image = "${image.name}"\n` : ''}        command = "sh"
        ${words}
      }
      logs {
        max_files     = 3
        max_file_size = 1
      }
      resources {
        cpu    = 20
        memory = 30
      }
${more}    }
`;
}

async function run(
  t: ExecutionContext,
  id: string,
  status: 'complete' | 'running',
  tasks: readonly string[],
): Promise<string> {
  const text = `job "${id}" {
  type = "batch"
  group "g" {
    restart {
      attempts = 0
    }
    ephemeral_disk {
      size = 300
    }
${tasks.join('')}  }
}
`;
  const outcome = await submit(agent, text, '-detach');
  t.is(outcome.exitCode, 0, outcome.text);
  return (await allocation(agent, id, status)).ID;
}

const logs = async (id: string, name: string) => (await agent.orch(['alloc', 'logs', id, name])).stdout;
const cat = async (id: string, path: string) => (await agent.orch(['alloc', 'fs', id, path])).stdout;
const logged = (id: string, name: string, text: string) =>
  until(`${name} to print ${text}`, 15_000, async () => (await logs(id, name)).includes(text));
const stop = (id: string) => agent.orch(['job', 'stop', '-purge', id]);
function isUntouched(t: ExecutionContext): void {
  t.is(readFileSync(join(host, 'victim'), 'utf8'), 'untouched');
  t.deepEqual(readdirSync(join(host, 'dir')), []);
}

test.serial(
  'F1: a link that an artifact puts in the place of a log file does not lead root to a file of the host',
  async (t) => {
    const id = await run(t, 'existing', 'complete', [
      task('setup', 'exec', `mkdir -p /alloc/data/d; ln -s ${host}/victim /alloc/data/d/x`, prestart),
      task('w', 'exec', `echo '${content}'`, artifact('w.stdout.0', 'x')),
    ]);
    t.is((await logs(id, 'w')).trim(), content);
    t.is((await cat(id, 'alloc/logs/w.stdout.0')).trim(), content);
    isUntouched(t);
  },
);

test.serial('F1: nor to a new file of the host, when the log rotates to it', async (t) => {
  const link = '/alloc/logs/w.stdout.1';
  const id = await run(t, 'new', 'complete', [
    task('setup', 'exec', `mkdir -p /alloc/data/d; ln -s ${host}/dir/new /alloc/data/d/x`, prestart),
    task('w', 'exec', `while [ ! -L ${link} ]; do sleep 0.1; done; ${oneMegabyte}; echo '${content}'`),
    task('bring', 'exec', 'true', `${artifact('w.stdout.1', 'x')}${poststart}`),
  ]);
  t.true((await logs(id, 'w')).trim().endsWith(content));
  isUntouched(t);
});

test.serial(
  'F7: a container’s root that puts a link to the host in the place of /alloc/logs gets no file there',
  async (t) => {
    const id = await run(t, 'replaced', 'running', [
      task('swap', 'docker', `busybox mv /alloc/logs /alloc/old; busybox ln -s ${host}/dir /alloc/logs`, prestart),
      task('p', 'exec', `echo '${content}'; sleep 1000`),
      task('q', 'docker', `echo '${content}'; sleep 1000`),
    ]);
    for (const name of ['p', 'q']) await logged(id, name, content);
    isUntouched(t);
    t.regex(await cat(id, 'alloc/logs'), /p\.stdout\.0/);
    t.is((await cat(id, 'alloc/logs/q.stdout.0')).trim(), content);
    await stop('replaced');
  },
);

test.serial('F12: FIFOs in the place of log files hold neither the agent nor its tasks up', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const script = (name: string) =>
    `busybox mkfifo /alloc/logs/${name}.stdout.1; busybox ${oneMegabyte}; echo; echo the end; sleep 1000`;
  const id = await run(
    t,
    'fifos',
    'running',
    names.map((name) => task(name, 'docker', script(name))),
  );
  for (const name of names) await logged(id, name, 'the end');
  const next = await run(t, 'after', 'complete', [task('t', 'exec', 'echo started')]);
  t.is((await logs(next, 't')).trim(), 'started');
  const pid = agent.pid();
  const ended = agent.end('SIGTERM').then(() => true);
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 15_000));
  const isEnded = await Promise.race([ended, late]);
  if (!isEnded) process.kill(pid, 'SIGKILL');
  await ended;
  t.true(isEnded, 'the agent ends on SIGTERM');
  await agent.again();
  await stop('fifos');
});

test.serial(
  'a sibling finds log files in /alloc/logs, as nobody, and its own files there are the group’s',
  async (t) => {
    const wait = (name: string) => `while [ ! -s /alloc/logs/${name} ]; do sleep 0.1; done; cat /alloc/logs/${name}`;
    const id = await run(t, 'sidecar', 'running', [
      task('main', 'exec', 'echo hello from main; sleep 1000'),
      task('box', 'docker', 'echo hello from box; sleep 1000'),
      task(
        'side',
        'exec',
        `${wait('main.stdout.0')}; ${wait('box.stdout.0')}; echo mine > /alloc/logs/side.own; echo done; sleep 1000`,
      ),
    ]);
    await logged(id, 'side', 'done');
    t.is(await logs(id, 'side'), 'hello from main\nhello from box\ndone\n'.trim());
    t.is((await cat(id, 'alloc/logs/side.own')).trim(), 'mine');
    const listing = await cat(id, 'alloc/logs');
    for (const name of ['main.stdout.0', 'main.stderr.0', 'box.stdout.0', 'side.stdout.0', 'side.own'])
      t.is(listing.split(name).length, 2, name);
    t.notRegex(await cat(id, '/'), /@logs/);
    t.regex((await agent.orch(['alloc', 'fs', id, '@logs/main/main.stdout.0'])).text, /there is no file/);
    const root = join(agent.dataDir, 'allocations', id);
    t.is(lstatSync(join(root, '@logs')).mode & 0o777, 0o700);
    t.is(lstatSync(join(root, 'alloc/logs')).mode & 0o7777, 0o1777);
    await stop('sidecar');
  },
);

test.serial(
  'the file API tells what the task has printed, whatever a sibling has put under the name of its log',
  async (t) => {
    const forge = 'echo forged > /alloc/logs/w.stdout.0; echo forged > /alloc/logs/w.stdout.7';
    const id = await run(t, 'forged', 'complete', [
      task('forge', 'exec', forge, prestart),
      task('w', 'exec', 'echo really'),
    ]);
    t.is((await logs(id, 'w')).trim(), 'really');
    t.is((await cat(id, 'alloc/logs/w.stdout.0')).trim(), 'really');
    const { value } = await agent.api.allocations.listFiles(id, 'alloc/logs');
    t.deepEqual(
      value.filter(({ Name }) => Name.startsWith('w.stdout')).map(({ Name, Size }) => [Name, Size]),
      [
        ['w.stdout.0', 'really\n'.length],
        ['w.stdout.7', 'forged\n'.length],
      ],
    );
  },
);

test.serial('kill -9 of the agent while logs rotate: no line is lost, and what is shown is what is kept', async (t) => {
  // Less than the engine keeps in one file of its own: whoever follows it over a rotation gets lines twice.
  const pad = 'x'.repeat(900);
  const script = `i=0; while [ $i -lt 2000 ]; do echo line $i ${pad}; i=$((i+1)); [ $((i % 50)) -eq 0 ] && sleep 0.1; done; echo the end; sleep 1000`;
  const id = await run(t, 'rotating', 'running', [task('box', 'docker', script), task('own', 'exec', script)]);
  const root = join(agent.dataDir, 'allocations', id);
  await until('the first rotation', 15_000, async () => existsSync(join(root, '@logs/box/box.stdout.1')));
  await agent.end('SIGKILL');
  await agent.again();
  for (const name of ['box', 'own']) {
    await logged(id, name, 'the end');
    const numbers = [...(await logs(id, name)).matchAll(/^line (\d+) /gm)].map((found) => Number(found[1]));
    t.is(numbers.length, 2_000);
    const gaps = numbers.flatMap((number, index) =>
      index === 0 || number === (numbers[index - 1] ?? 0) + 1 ? [] : [[numbers[index - 1], number]],
    );
    t.deepEqual(gaps, [], name);
    const kept = readdirSync(join(root, '@logs', name)).sort();
    t.deepEqual(
      readdirSync(join(root, 'alloc/logs'))
        .filter((file) => file.startsWith(`${name}.`))
        .sort(),
      kept,
    );
    for (const file of kept)
      t.is(lstatSync(join(root, 'alloc/logs', file)).ino, lstatSync(join(root, '@logs', name, file)).ino);
  }
  await stop('rotating');
});

test.serial('log files go with their allocation', async (t) => {
  const id = await run(t, 'collected', 'complete', [task('t', 'exec', 'echo gone')]);
  const root = join(agent.dataDir, 'allocations', id);
  t.true(existsSync(join(root, '@logs/t/t.stdout.0')));
  await agent.api.allocations.collect(id);
  t.false(existsSync(root));
});
