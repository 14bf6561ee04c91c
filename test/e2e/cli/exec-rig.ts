// What the tests of `alloc exec` share: an agent with one group of all drivers that run commands, and real terminals.

import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@orch/driver-docker';
import { execa } from 'execa';
import { spawn } from 'node-pty';
import { ownJar } from '../agent/agent-kit.ts';
import { importBusybox } from '../docker/docker-harness.ts';
import { type DevAgent, startDevAgent, until } from '../shared/dev-agent.ts';

/** The built command line. */
export const commandFile = join(import.meta.dirname, '../../../packages/cli/bin/orch.js');

/** Tasks are named after their drivers. */
export const drivers = ['exec', 'raw_exec', 'docker', 'java'] as const;
export type DriverName = (typeof drivers)[number];

/** In the environment of every task; nothing else on the machine has it. */
export const secret = `not-for-everybody-${process.pid}-${Date.now()}`;

export interface ExecRig {
  readonly agent: DevAgent;
  /** The allocation with a task of every driver. */
  readonly alloc: string;
  /** `alloc exec` with flags, this allocation and a command, its bytes as they are. */
  exec(
    flags: readonly string[],
    words: readonly string[],
    input?: Buffer | string,
  ): Promise<{ readonly exitCode: number; readonly stdout: Buffer; readonly stderr: string }>;
  /** The command line on a real terminal. */
  terminal(words: readonly string[], size?: TerminalSize): Terminal;
  /** Runs a job of the text and answers its running allocation. */
  run(job: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** `word` begins the agent's names in the kernel, `net` is the third number of its bridge's addresses. */
export async function startExecRig(word: string, net: number): Promise<ExecRig> {
  const engine = createEngine(undefined);
  const image = `orch-exec-${process.pid}/busybox:1`;
  const jar = ownJar(
    'class Probe { public static void main(String[] a) throws Exception { Thread.sleep(100000000L); } }',
  );
  const agent = await startDevAgent({ config: config(word, net) });
  const run = async (job: string, text: string) => {
    const outcome = await agent.orch(['job', 'run', '-detach', await agent.file(`${job}.nomad.hcl`, text)]);
    if (outcome.exitCode !== 0) throw new Error(outcome.text);
    const found = await until(`the allocation of ${job} to run with all its tasks`, 60_000, async () => {
      const { value } = await agent.api.jobs.allocations(job);
      const states = Object.values(value[0]?.TaskStates ?? {}).map(({ State }) => State);
      if (states.length > 0 && states.every((state) => state === 'running')) return value[0];
      throw new Error(JSON.stringify(value[0]?.TaskStates ?? outcome.text));
    });
    return found.ID;
  };
  const close = async () => {
    await agent.close();
    jar.remove();
    await (await engine.client())
      .getImage(image)
      .remove({ force: true })
      .catch(() => {});
    engine.close();
  };
  try {
    await importBusybox(engine, image, join(agent.dir, 'image'));
    const alloc = await run('all', allDrivers(image, jar.path));
    return {
      agent,
      alloc,
      run,
      close,
      exec: (flags, words, input = '') => runBytes(agent.address, ['alloc', 'exec', ...flags, alloc, ...words], input),
      terminal: (words, size = { cols: 103, rows: 41 }) => openTerminal(agent.address, words, size),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function config(word: string, net: number): string {
  return `server { enabled = true }
client {
  enabled = true
  kernel_word = "${word}"
  bridge_network_name = "${word}0"
  bridge_network_subnet = "10.232.${net}.0/20"
  artifact_file_roots = ["${tmpdir()}"]
}
plugin "raw_exec" {
  config {
    enabled = true
  }
}
`;
}

function allDrivers(image: string, jar: string): string {
  const sleep = 'command = "sleep"\nargs = ["1000000"]';
  const task = (name: string, memory: number, body: string) => `
    task "${name}" {
      driver = "${name}"
${body}
      kill_timeout = "1s"
      env { SECRET = "${secret}" }
      resources {
        cpu    = 50
        memory = ${memory}
      }
    }`;
  return `job "all" {
  group "g" {
    network { mode = "bridge" }
${task('exec', 40, `config {\n${sleep}\nwork_dir = "/local"\n}`)}
${task('raw_exec', 40, `config {\n${sleep}\n}`)}
${task('docker', 40, `user = "1234:99"\nconfig {\nimage = "${image}"\n${sleep}\nwork_dir = "/tmp"\n}`)}
${task('java', 200, `artifact { source = "${jar}" }\nconfig {\njar_path = "local/probe.jar"\njvm_options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]\n}`)}
  }
}
`;
}

async function runBytes(address: string, words: readonly string[], input: Buffer | string) {
  const result = await execa(process.execPath, [commandFile, ...words], {
    env: { ORCH_ADDR: address },
    input,
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    timeout: 60_000,
  });
  return {
    exitCode: result.exitCode ?? -1,
    stdout: Buffer.from(result.stdout),
    stderr: Buffer.from(result.stderr).toString(),
  };
}

export interface Terminal {
  readonly pid: number;
  /** Everything that was shown. */
  text(): string;
  type(text: string): void;
  resize(size: TerminalSize): void;
  /** Waits until something new was shown that matches, and takes it as read. */
  shows(pattern: RegExp, timeoutMs?: number): Promise<string>;
  exited(timeoutMs?: number): Promise<number>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/**
 * A shell on a terminal of its own runs the command line, and says before and after what the terminal's settings are: it
 * ends with the command line's exit code.
 */
function openTerminal(address: string, words: readonly string[], { cols, rows }: TerminalSize): Terminal {
  const script = 'echo "before $(stty -g)"; "$@"; code=$?; echo "after $(stty -g)"; exit $code';
  const pty = spawn('/bin/sh', ['-c', script, 'sh', process.execPath, commandFile, ...words], {
    cols,
    rows,
    env: { ...process.env, ORCH_ADDR: address, TERM: 'xterm' },
  });
  let shown = '';
  let read = 0;
  let exitCode: number | undefined;
  pty.onData((data) => {
    shown += data;
  });
  pty.onExit((exit) => {
    exitCode = exit.exitCode;
  });
  const exited = (timeoutMs = 15_000) =>
    until('the command line to end', timeoutMs, async () => {
      if (exitCode === undefined) throw new Error(`it shows: ${JSON.stringify(shown.slice(-500))}`);
      return { exitCode };
    }).then((end) => end.exitCode);
  return {
    pid: pty.pid,
    text: () => shown,
    type: (text) => pty.write(text),
    resize: (size) => pty.resize(size.cols, size.rows),
    shows: (pattern, timeoutMs = 15_000) =>
      until(`the terminal to show ${pattern}`, timeoutMs, async () => {
        const found = pattern.exec(shown.slice(read));
        if (found === null) throw new Error(`it shows: ${JSON.stringify(shown.slice(read))}`);
        read += found.index + found[0].length;
        return { text: found[0] };
      }).then((found) => found.text),
    exited,
    async close() {
      if (exitCode === undefined) pty.kill('SIGKILL');
      await exited();
    },
  };
}

/** Whether the terminal's settings at the end were those of the beginning. */
export function isRestored(terminal: Terminal): boolean {
  const settings = (when: string) => new RegExp(`${when} ([0-9a-f:]+)`).exec(terminal.text())?.[1];
  return settings('before') !== undefined && settings('before') === settings('after');
}

/** Of everything that runs on this machine. */
export function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return ''; // ended meanwhile
      }
    });
}

/** The only child of a process: below the shell of a terminal, the command line. */
export function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}
