// Who a process is: boot id, pid and start time. A bare pid may be somebody else's tomorrow.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the process's start, field 22 of /proc/<pid>/stat. Kept by exec. */
  readonly startTicks: string;
}

let bootId: string | undefined;

/** Changes at each boot of the machine, which no process outlives. */
export function readBootId(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return bootId;
}

/** The start time of `pid`, or undefined when there is no such process. */
export function readStartTicks(pid: number): string | undefined {
  return readStat(pid)?.startTicks;
}

interface ProcessStat {
  readonly state: string;
  readonly parentPid: number;
  readonly startTicks: string;
}

/** The facts of /proc/<pid>/stat. The name in parentheses may hold anything, so fields are counted behind the last one. */
export function readStat(pid: number): ProcessStat | undefined {
  const file = `/proc/${pid}/stat`;
  // Asked first because an exception with its stack costs far more than the call.
  if (!existsSync(file)) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return undefined; // gone: the only reason for which root cannot read it
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '?', parentPid: Number(fields[1]), startTicks: fields[19] ?? '' };
}

/** As much environment as a program can be started with where its stack may grow to 8 MiB. */
const WORDS_MOST_BYTES = 2 * 1_048_576;

/**
 * The arguments or the environment of a process, each word's end a NUL; at most the first 2 MiB. Where they lie, and so
 * how long they are, a process may tell the kernel anew as it likes. Undefined when there is no such process.
 */
export function readWords(pid: number, file: 'cmdline' | 'environ'): string | undefined {
  const path = `/proc/${pid}/${file}`;
  if (!existsSync(path)) return undefined;
  try {
    const fd = openSync(path, 'r');
    try {
      return readMost(fd, WORDS_MOST_BYTES);
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined; // gone: the only reason for which root cannot read it
  }
}

function readMost(fd: number, mostBytes: number): string {
  const pieces: Buffer[] = [];
  for (let left = mostBytes; left > 0; ) {
    const piece = Buffer.allocUnsafe(Math.min(left, 65_536));
    const length = readSync(fd, piece);
    if (length === 0) break;
    pieces.push(piece.subarray(0, length));
    left -= length;
  }
  return Buffer.concat(pieces).toString();
}

/** Whether this very process still runs; a zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  return stat !== undefined && stat.startTicks === identity.startTicks && stat.state !== 'Z' && stat.state !== 'X';
}

/** All descendants of a process, nearest first. */
export function descendants(pid: number): number[] {
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const child of childrenOf(next)) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // ended between two reads
  }
}
