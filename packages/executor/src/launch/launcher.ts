// The fork server: a tiny program (or shell) started once, which forks everything else, whatever the size of this process's heap.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readIfThere } from '../cgroup/cgroup-host.ts';
import { ExecutorError } from '../errors.ts';
import { DEFAULT_DEVICES, renderDeviceRule } from '../isolation/device-rules.ts';
import { quoteShell } from './shell-quote.ts';

export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** In the environment of everything on the way to a task's program, and never in the program's own. */
export const LAUNCHING = '_ORCH_LAUNCHING';

/**
 * Line in: the name of a script file. Line out: what the script says on descriptor 9. Each script is sourced in a
 * process forked twice, so that the launcher, blocked in `read`, never has children to reap. It leaves the agent's
 * cgroups before its first fork; everything it forks inherits that.
 */
function launcherSource(cgroups: readonly string[]): string {
  const attach = cgroups.map((dir) => `echo $$ > ${quoteShell(`${dir}/cgroup.procs`)} || exit 81`).join('\n');
  return `exec 9>&1 1>/dev/null 2>&1
${attach}
echo -900 > /proc/self/oom_score_adj
echo ready >&9
umask 022
while IFS= read -r f; do ( . "$f" & ) ; done
exit 0`;
}

/**
 * Descriptors this process was itself born with would be inherited by every task. The shell that runs the launcher can
 * close but those below 10, so bash closes them on the way.
 */
function launcherCommand(source: string): [program: string, ...words: string[]] {
  const leaked = readdirSync('/proc/self/fd').filter((fd) => Number(fd) > 2 && isInheritable(fd));
  if (leaked.length === 0 || !existsSync('/bin/bash')) return ['/bin/sh', '-c', source];
  const closing = leaked.map((fd) => `${fd}>&-`).join(' ');
  return ['/bin/bash', '-c', `exec ${closing}; exec /bin/sh -c "$1"`, 'bash', source];
}

const CLOSE_ON_EXEC = 0o2000000;

function isInheritable(fd: string): boolean {
  const flags = /^flags:\s+(\d+)/m.exec(readIfThere(`/proc/self/fdinfo/${fd}`) ?? '');
  return flags?.[1] !== undefined && (Number.parseInt(flags[1], 8) & CLOSE_ON_EXEC) === 0;
}

/** One answer line of a script: `<word> <token> <rest>`. */
export interface LauncherAnswer {
  readonly word: string;
  readonly rest: string;
}

/** `script`: a shell script, sourced or run. The others: plans, which only the native launcher can read. */
export type LauncherJob =
  | FileJob
  | {
      readonly kind: 'launch';
      readonly plan: string;
      /** A file that is made as soon as the plan was taken up. */
      readonly sign: string;
    };

export interface FileJob {
  readonly kind: 'script' | 'session' | 'copier';
  readonly file: string;
}

/** How a line to the native launcher begins. */
const LETTERS = { script: 'R', session: 'E', copier: 'C' } as const;

function orderText(token: string, job: LauncherJob, isNative: boolean): string {
  // A plan's own end comes behind it.
  if (job.kind === 'launch') return `L ${token} ${Buffer.byteLength(job.plan)}\n${job.plan}\n`;
  return isNative ? `${LETTERS[job.kind]} ${token} ${job.file}\n` : `${job.file}\n`;
}

/** Whether somebody works at it. A script gives no sign but its answer. */
function hasBegun(job: LauncherJob): boolean {
  if (job.kind === 'script') return true;
  // Plans in files are removed by whoever reads them.
  return job.kind === 'launch' ? existsSync(job.sign) : !existsSync(job.file);
}

interface Pending {
  readonly job: LauncherJob;
  readonly answer: (answer: LauncherAnswer) => void;
  readonly fail: (error: ExecutorError) => void;
}

export interface LauncherOptions {
  /** The native launcher's program; absent = a shell does it. */
  readonly native: string | undefined;
  readonly cgroups: readonly string[];
  readonly onRestart: (reason: string) => void;
}

function serveWords(cgroups: readonly string[]): readonly string[] {
  return ['devices', ...DEFAULT_DEVICES.map(renderDeviceRule), 'groups', ...cgroups];
}

/** Far longer than an order takes from the launcher's input to a process of its own. */
const BEGIN_MS = 1_000;

/** Owns the launcher process. Killed from outside, it is started again; what it had forked is not touched. */
export class Launcher {
  readonly #options: LauncherOptions;
  readonly #pending = new Map<string, Pending>();
  /** Tokens of which something was heard: these are never handed on. */
  readonly #answered = new Set<string>();
  #child: ChildProcess | undefined;
  #pieces: ReadonlySet<string> = new Set();
  #closed = false;
  #restarts = 0;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What of the isolation the native launcher found in the kernel. A shell finds nothing. */
  get pieces(): ReadonlySet<string> {
    return this.#pieces;
  }

  /** Resolves when the launcher answers. @throws ExecutorError `start-failed` */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#spawn(resolve, reject));
  }

  /** Hands a script to the launcher; answers with its token go to `answer` until `forget`. */
  submit(token: string, pending: Pending): void {
    if (this.#closed) {
      pending.fail(new ExecutorError('canceled', 'the executor is closed'));
      return;
    }
    this.#pending.set(token, pending);
    this.#write(token, pending.job);
  }

  forget(token: string): void {
    this.#pending.delete(token);
    this.#answered.delete(token);
  }

  /** Ends the launcher. What it forked lives on. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await ended;
    child.stdout?.destroy();
  }

  #write(token: string, job: LauncherJob): void {
    this.#child?.stdin?.write(orderText(token, job, this.#options.native !== undefined));
  }

  #spawn(ready: () => void, failed: (error: ExecutorError) => void): void {
    const { cgroups, native } = this.#options;
    const [program, ...words] =
      native === undefined
        ? launcherCommand(launcherSource(cgroups))
        : ([native, 'serve', ...serveWords(cgroups)] as const);
    const child = spawn(program, words, {
      cwd: '/',
      env: { PATH: SYSTEM_PATH, LC_ALL: 'C', [LAUNCHING]: '1' },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    this.#child = child;
    let isReady = false;
    let buffered = '';
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (text: string) => {
      const lines = (buffered + text).split('\n');
      buffered = lines.pop() ?? '';
      for (const line of lines) {
        if (!isReady && line.startsWith('ready')) {
          isReady = true;
          this.#pieces = new Set(line.split(' ').slice(1).filter(Boolean));
          ready();
        } else this.#onLine(line);
      }
    });
    child.stdin?.on('error', () => {}); // a dead launcher: 'exit' below deals with it
    child.on('error', (cause) => failed(new ExecutorError('start-failed', `could not start ${program}`, { cause })));
    child.on('exit', (code, signal) => {
      if (!isReady) failed(this.#deadAtOnce(`${signal ?? code}`));
      else if (!this.#closed) this.#restart(child, `${signal ?? code}`);
    });
  }

  #deadAtOnce(reason: string): ExecutorError {
    const { native } = this.#options;
    const hint =
      native === undefined ? 'the agent must run as root' : `${native} may be of another version: build it again`;
    return new ExecutorError('start-failed', `the launcher ended at once (${reason})`, { hint });
  }

  /**
   * What the dead launcher had forked still answers through its pipe, whose end is seen when the last of them has let go
   * of it: then what is unanswered was never begun, and is handed to the successor. Commands in tasks hold it for as long
   * as they run; what shows that it was not begun need not wait for them.
   */
  #restart(dead: ChildProcess, reason: string): void {
    this.#restarts += 1;
    this.#options.onRestart(reason);
    const orphans = new Map(this.#pending);
    const failed = (error: ExecutorError) => {
      for (const pending of this.#pending.values()) pending.fail(error);
      this.#pending.clear();
      this.#answered.clear();
    };
    if (this.#restarts > 1_000) failed(new ExecutorError('start-failed', 'the launcher keeps being killed'));
    else this.#spawn(() => {}, failed);
    const early = setTimeout(() => this.#handOn(orphans, ({ job }) => !hasBegun(job)), BEGIN_MS);
    const closed = () => {
      clearTimeout(early);
      this.#handOn(orphans, () => true);
      for (const [token, pending] of orphans)
        if (this.#pending.get(token) === pending)
          pending.fail(new ExecutorError('lost', 'whoever would have told how it ended was killed'));
    };
    if (dead.stdout === null || dead.stdout.readableEnded || dead.stdout.destroyed) closed();
    else dead.stdout.once('close', closed);
  }

  /** Hands those of a dead launcher's orders that were never answered to its successor, and takes them off the list. */
  #handOn(orphans: Map<string, Pending>, chosen: (pending: Pending) => boolean): void {
    for (const [token, pending] of orphans) {
      if (this.#pending.get(token) !== pending || this.#answered.has(token) || !chosen(pending)) continue;
      orphans.delete(token);
      this.#write(token, pending.job);
    }
  }

  #onLine(line: string): void {
    const [word = '', token = '', ...rest] = line.split(' ');
    if (this.#pending.has(token)) this.#answered.add(token);
    this.#pending.get(token)?.answer({ word, rest: rest.join(' ') });
  }
}
