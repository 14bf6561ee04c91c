// A command inside a running task without a terminal: three pipes, started by the launcher.
import { closeSync, constants, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { killIfThere, readIfThere } from '../cgroup/cgroup-host.ts';
import { ExecutorError } from '../errors.ts';
import type { ExecutorParts } from '../executor.ts';
import type { LaunchEntry } from '../launch/launch-table.ts';
import type { LauncherJob } from '../launch/launcher.ts';
import { descendants, isAlive, type ProcessIdentity } from '../launch/process-identity.ts';
import { quoteShell } from '../launch/shell-quote.ts';
import type { ExecRequestLike, ExecSessionLike } from '../types.ts';
import { ExecOutput } from './exec-output.ts';
import { execSource } from './exec-plan.ts';
import { sessionRequest } from './session-request.ts';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
/** How long nothing may come after the command ended, when something it left behind holds the pipes. */
const LINGER_MS = 1_000;
/** What a pipe holds: of what comes after the command's end, no more can be the command's. */
const PIPE_BYTES = 65_536;

/** Resolves when the command was started. @throws ExecutorError */
export async function openPipeSession(
  parts: ExecutorParts,
  entry: LaunchEntry,
  request: ExecRequestLike,
): Promise<ExecSessionLike> {
  const token = parts.nextToken();
  const { plan } = entry.record;
  const dir = join(plan.dir, `exec-${token}`);
  const isNative = parts.ground.native !== undefined;
  const text = isNative
    ? sessionRequest(entry, request, { token, dir })
    : sessionScript(token, dir, execSource(entry, request));
  mkdirSync(dir, { mode: 0o700 });
  const path = (name: string) => join(dir, name);
  for (const name of ['in', 'out', 'err']) await parts.ground.fifos.take(path(name), plan.user.uid);
  // Open both ways: the command's own opening of its input must find a writer.
  const placeholder = openSync(path('in'), O_RDWR | O_NONBLOCK);
  const out = openSync(path('out'), O_RDONLY | O_NONBLOCK);
  const err = openSync(path('err'), O_RDONLY | O_NONBLOCK);
  const file = path(isNative ? 'plan' : 'exec.sh');
  writeFileSync(file, text, { mode: 0o600 });
  const { started, ended, lose } = submitSession(parts, token, { kind: isNative ? 'session' : 'script', file });
  const keeper = await started.catch((error: unknown) => {
    for (const fd of [placeholder, out, err]) closeSync(fd);
    rmSync(dir, { recursive: true, force: true });
    throw error;
  });
  const input = new Socket({ fd: openSync(path('in'), O_WRONLY | O_NONBLOCK), readable: false, writable: true });
  closeSync(placeholder);
  input.on('error', () => {}); // the command closed its input: writes are refused by `write` below
  const output = new ExecOutput();
  const streams = [readInto(output, 'stdout', out), readInto(output, 'stderr', err)];
  let over = false;
  const unwatch = isNative ? watchKeeper(parts, keeper, lose) : () => {};
  const exited = ended.then(async ({ exitCode, signal, error }) => {
    over = true;
    unwatch();
    parts.launcher.forget(token);
    await Promise.all(streams.map((stream) => stream.drained()));
    output.end();
    input.destroy();
    // A shell does not know; it names a signal when its child died of one.
    const named = signal ?? ((readIfThere(path('trace')) ?? '').trim() === '' ? 0 : exitCode - 128);
    rmSync(dir, { recursive: true, force: true });
    if (error !== undefined) return { error };
    return named > 0 ? { exitCode, signal: named } : { exitCode };
  });
  return {
    write: (data) => writeTo(input, data),
    end: () => input.end(),
    resize: () => {},
    output,
    exited,
    close: async () => {
      // Afterwards the number may be another process's.
      const isThere = !over && (!isNative || isAlive(keeper));
      // The native keeper tells how the command ended; a shell is told by another.
      const ended = isNative ? descendants(keeper.pid) : [...descendants(keeper.pid), keeper.pid];
      if (isThere) for (const one of ended) killIfThere(one, 'SIGKILL');
      for (const stream of streams) stream.drop();
      await exited;
    },
  };
}

interface SessionEnd {
  readonly exitCode: number;
  /** 0 = none. Absent when a shell tells. */
  readonly signal?: number;
  /** How it ended nobody can tell any more. */
  readonly error?: string;
}

/** Tells when the process has gone, one look later: what it has said last comes first. Answers how to stop. */
function watchKeeper({ watched }: ExecutorParts, keeper: ProcessIdentity, gone: (reason: string) => void): () => void {
  let wasGone = false;
  const look = () => {
    if (wasGone) gone('the keeper of the command was killed');
    wasGone = !isAlive(keeper);
  };
  watched.add(look);
  return () => watched.delete(look);
}

/** `started` gives the session's keeper, as the host sees it. `ended` never rejects once it has started. */
function submitSession(parts: ExecutorParts, token: string, job: LauncherJob) {
  const started = Promise.withResolvers<ProcessIdentity>();
  const ended = Promise.withResolvers<SessionEnd>();
  const lose = (error: string) => ended.resolve({ exitCode: 0, error });
  const fail = (error: ExecutorError) => {
    parts.launcher.forget(token);
    started.reject(error);
    lose(error.message);
  };
  parts.launcher.submit(token, {
    job,
    answer: ({ word, rest }) => {
      const [first = '', second] = rest.split(' ');
      if (word === 'S') started.resolve({ pid: Number(first), startTicks: second ?? '' });
      else if (word === 'E')
        ended.resolve({ exitCode: Number(first), ...(second === undefined ? {} : { signal: Number(second) }) });
      else fail(new ExecutorError('start-failed', `could not enter the task: ${rest}`));
    },
    fail,
  });
  return { started: started.promise, ended: ended.promise, lose };
}

function sessionScript(token: string, dir: string, source: string): string {
  const path = (name: string) => quoteShell(join(dir, name));
  return `exec 2>${path('trace')}
(
read -r pid rest < /proc/self/stat
echo "S ${token} $pid" >&9
exec 9>&-
${source}
) <${path('in')} >${path('out')} 2>${path('err')}
echo "E ${token} $?" >&9
`;
}

function readInto(output: ExecOutput, stream: 'stdout' | 'stderr', fd: number) {
  const socket = new Socket({ fd, readable: true, writable: false });
  let left = Number.POSITIVE_INFINITY;
  let isSilent = true;
  const room = output.onRoom;
  output.onRoom = () => {
    room();
    socket.resume();
  };
  socket.on('data', (data: Uint8Array) => {
    isSilent = false;
    if (!output.push({ stream, data })) socket.pause();
    left -= data.byteLength;
    if (left <= 0) socket.destroy();
  });
  socket.on('error', () => {}); // 'close' follows
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    drop: () => void socket.destroy(),
    /** After the command's end: resolves when everything it wrote was read, however slow the reader. */
    async drained(): Promise<void> {
      // What the socket has read and not handed on yet comes before what is in the pipe.
      left = PIPE_BYTES + socket.readableLength;
      const timer = setInterval(() => {
        const wasSilent = isSilent;
        isSilent = true;
        // On a busy machine timers may be due before pipes were looked at: that comes first.
        if (wasSilent) setImmediate(() => void (isSilent && !socket.isPaused() && socket.destroy()));
      }, LINGER_MS);
      await ended;
      clearInterval(timer);
    },
  };
}

function writeTo(input: Socket, data: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(data, (cause) => {
      if (cause) reject(new ExecutorError('not-running', 'the command no longer reads its input', { cause }));
      else resolve();
    });
  });
}
