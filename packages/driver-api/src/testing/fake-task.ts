// One task of the fake runtime: a state machine instead of a process.
import type { JsonValue } from '../json.ts';
import type { LogChunk } from '../stream.ts';
import type { ExitResult, TaskConfig, TaskHandle, TaskResources } from '../task.ts';
import type { FakeClock } from './fake-clock.ts';
import { Feed } from './feed.ts';

export const FAKE_SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
};

export class FakeTask {
  readonly config: TaskConfig;
  readonly handle: TaskHandle;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly output = new Feed<LogChunk>();
  /** Resolves when the task ends. */
  readonly ended: Promise<ExitResult>;
  /** Names of all signals it received, in order. */
  readonly signals: string[] = [];
  resources: TaskResources;
  exit: ExitResult | undefined;
  readonly #clock: FakeClock;
  readonly #resolveEnded: (exit: ExitResult) => void;
  #cancelTimer: (() => void) | undefined;

  constructor(config: TaskConfig, handle: TaskHandle, pid: number, clock: FakeClock) {
    this.config = config;
    this.handle = handle;
    this.pid = pid;
    this.resources = config.resources;
    this.startedAtMs = clock.now();
    this.#clock = clock;
    const { promise, resolve } = Promise.withResolvers<ExitResult>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  /** Plays the `config` block: output first, then the time until the exit. */
  begin(): void {
    const { config } = this.config;
    for (let line = 1; line <= numberOf(config['print_lines'], 0); line += 1) {
      this.print('stdout', `out ${line}\n`);
      this.print('stderr', `err ${line}\n`);
    }
    if (typeof config['stdout'] === 'string') this.print('stdout', config['stdout']);
    const runForMs = config['run_for_ms'];
    if (typeof runForMs !== 'number') return;
    const exitCode = numberOf(config['exit_code'], 0);
    this.#cancelTimer = this.#clock.after(runForMs, () => this.finish({ exitCode }));
  }

  print(stream: 'stdout' | 'stderr', text: string): void {
    const cursor = String(this.output.length + 1);
    this.output.push({ stream, data: new TextEncoder().encode(text), cursor });
  }

  /** Ends the task. A second call changes nothing. */
  finish(exit: ExitResult): void {
    if (this.exit !== undefined) return;
    this.#cancelTimer?.();
    this.exit = { finishedAtMs: this.#clock.now(), ...exit };
    this.output.end();
    this.#resolveEnded(this.exit);
  }

  receive(signal: string): void {
    this.signals.push(signal);
    const number = FAKE_SIGNALS[signal] ?? 0;
    const codes = this.config.config['signal_exit_codes'];
    const code = isRecord(codes) ? codes[signal] : undefined;
    if (signal !== 'SIGKILL' && typeof code === 'number') {
      this.finish({ exitCode: code });
      return;
    }
    const ignored = this.config.config['ignore_signals'];
    if (signal !== 'SIGKILL' && Array.isArray(ignored) && ignored.includes(signal)) return;
    this.finish({ exitCode: 128 + number, signal: number });
  }
}

function numberOf(value: JsonValue | undefined, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function isRecord(value: JsonValue | undefined): value is Readonly<Record<string, JsonValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
