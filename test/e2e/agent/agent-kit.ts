// What tests through a whole agent share: a configured agent with kernel names of its own, an image of busybox, a jar.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllocationStubWire } from '@orch/api/types/allocation';
import { type DevAgent, type Outcome, until } from '../shared/dev-agent.ts';

/** 10.192 to 10.247: words and addresses of test files that run side by side. */
const slots = { first: 192, count: 56 } as const;
const slot = freeSlot();
/** Begins the names of everything the agents of this test file make in the kernel. */
export const kernelWord = wordOf(slot);
/** Begins the addresses on their bridge, and is no other file's. */
export const bridgePrefix = prefixOf(slot);

function wordOf(number: number): string {
  return `orchag${number}`;
}

function prefixOf(number: number): string {
  return `10.${number}.`;
}

/** One that nothing in the kernel has now; where two files begin at once, their processes' numbers tell them apart. */
function freeSlot(): number {
  const addresses = execFileSync('ip', ['-o', '-4', 'addr'], { encoding: 'utf8' });
  for (let step = 0; step < slots.count; step += 1) {
    const number = slots.first + ((process.pid + step) % slots.count);
    const isUsed =
      addresses.includes(` ${prefixOf(number)}`) || groupsOf(wordOf(number)).some((path) => existsSync(path));
    if (!isUsed) return number;
  }
  throw new Error(`agents of ${slots.count} test files run, or were not closed`);
}

function groupsOf(word: string): readonly string[] {
  return readdirSync('/sys/fs/cgroup').map((hierarchy) => join('/sys/fs/cgroup', hierarchy, word));
}

/** A configuration of server and client in one process; `client` goes into the client block, `more` behind it. */
export function agentConfig(
  options: { readonly client?: string; readonly more?: string; readonly word?: string } = {},
): string {
  const word = options.word ?? kernelWord;
  return `server { enabled = true }
client {
  enabled = true
  kernel_word = "${word}"
  bridge_network_name = "${word}0"
  bridge_network_subnet = "${bridgePrefix}48.0/20"
  artifact_file_roots = ["${tmpdir()}"]
${options.client ?? ''}
}
plugin "raw_exec" {
  config {
    enabled = true
  }
}
${options.more ?? ''}
`;
}

export interface OwnImage {
  readonly name: string;
  /** What `docker save` makes of it. */
  save(file: string): void;
  isPresent(): boolean;
  remove(): void;
}

/** What `/www` of the image holds. */
export const imagePage = 'the page of the image';

/** Imports an image of a static busybox under a name nobody else has; `changes` are lines of a Dockerfile. */
export function ownImage(changes: readonly string[] = []): OwnImage {
  const name = `orch-agent-${randomBytes(4).toString('hex')}/busybox:1`;
  const work = mkdtempSync(join(tmpdir(), 'orch-image-'));
  try {
    for (const path of ['bin', 'tmp', 'etc', 'www']) mkdirSync(join(work, 'root', path), { recursive: true });
    copyFileSync('/bin/busybox', join(work, 'root/bin/busybox'));
    writeFileSync(join(work, 'root/www/index.html'), imagePage);
    for (const applet of ['sh', 'sleep', 'cat', 'tr', 'ip', 'ls', 'readlink', 'httpd', 'wget', 'hostname'])
      symlinkSync('busybox', join(work, 'root/bin', applet));
    execFileSync('tar', ['-C', join(work, 'root'), '-cf', join(work, 'image.tar'), '.']);
    const flags = ['ENV PATH=/bin', ...changes].flatMap((change) => ['--change', change]);
    execFileSync('docker', ['import', ...flags, join(work, 'image.tar'), name]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return {
    name,
    save: (file) => void execFileSync('docker', ['save', '-o', file, name]),
    isPresent: () => execFileSync('docker', ['image', 'ls', '-q', name], { encoding: 'utf8' }).trim() !== '',
    remove: () => void execFileSync('docker', ['image', 'rm', '-f', name], { stdio: 'ignore' }),
  };
}

export interface OwnJar {
  readonly path: string;
  remove(): void;
}

/** Compiles one class, named `Probe`, into a jar that starts it. */
export function ownJar(source: string): OwnJar {
  const work = mkdtempSync(join(tmpdir(), 'orch-jar-'));
  writeFileSync(join(work, 'Probe.java'), source);
  execFileSync('javac', ['-d', join(work, 'classes'), join(work, 'Probe.java')]);
  const path = join(work, 'probe.jar');
  execFileSync('jar', ['--create', '--file', path, '--main-class', 'Probe', '-C', join(work, 'classes'), '.']);
  return { path, remove: () => rmSync(work, { recursive: true, force: true }) };
}

/** A group's deployment is over when its tasks run. */
export const quick = '    update {\n      min_healthy_time = "0s"\n    }\n';

export async function submit(agent: DevAgent, text: string, ...flags: string[]): Promise<Outcome> {
  return agent.orch(['job', 'run', ...flags, await agent.file('job.nomad.hcl', text)]);
}

/** The job's one allocation that is desired to run, once it has the status. */
export function allocation(
  agent: DevAgent,
  job: string,
  status: string,
  timeoutMs = 30_000,
): Promise<AllocationStubWire> {
  return until(`an allocation of ${job} to be ${status}`, timeoutMs, async () => {
    const { value } = await agent.api.jobs.allocations(job);
    const found = value.find((item) => item.ClientStatus === status && item.DesiredStatus === 'run');
    if (found !== undefined) return found;
    throw new Error(JSON.stringify(value.map((item) => [item.ClientStatus, item.DesiredStatus, item.TaskStates])));
  });
}

/** Ends the agent and what is kept for its next start: its control groups, its claim on the word. */
export async function closeAgent(agent: DevAgent | undefined, word = kernelWord): Promise<void> {
  await agent?.close();
  const own = groupsOf(word);
  await until('the control groups to be empty', 10_000, async () => {
    for (const directory of own.filter((path) => existsSync(path)))
      execFileSync('find', [directory, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+']);
    return true;
  });
  rmSync(join('/run/orch/names', word), { recursive: true, force: true });
}

/** What the kernel holds in this kit's names: namespaces, links, addresses, rules. */
export function kernelLeftovers(): readonly string[] {
  const listings: readonly (readonly [string, ...string[]])[] = [
    ['ip', 'netns', 'list'],
    ['ip', '-o', 'addr'],
    ['iptables-save'],
    ['/usr/sbin/nft', 'list', 'tables'],
  ];
  const marks = [kernelWord, kernelWord.toUpperCase(), bridgePrefix];
  return listings.flatMap(([program, ...args]) =>
    execFileSync(program, args, { encoding: 'utf8' })
      .split('\n')
      .filter((line) => marks.some((mark) => line.includes(mark))),
  );
}
