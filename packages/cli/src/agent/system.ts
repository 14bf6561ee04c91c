// The real clock, randomness and logger, handed to rooms that take them as arguments.

import { randomUUID } from 'node:crypto';
import type { Clock } from '@orch/core/lib/clock';
import { escaped } from '@orch/core/lib/display-width';
import type { LogFields, Logger } from '@orch/core/lib/logger';
import { type Logger as Pino, pino } from 'pino';

/** Longest delay a timer of this platform takes; longer ones are chained. */
const maxTimerMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    let cancel: () => void = () => {};
    if (delayMs > maxTimerMs) {
      const timer = setTimeout(() => {
        cancel = systemClock.after(delayMs - maxTimerMs, run);
      }, maxTimerMs);
      cancel = () => clearTimeout(timer);
    } else {
      const timer = setTimeout(run, Math.max(0, delayMs));
      cancel = () => clearTimeout(timer);
    }
    return () => cancel();
  },
};

export const systemIds = (): string => randomUUID();

export function systemLogger(options: {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly json: boolean;
}): Logger {
  if (options.json)
    return wrap(pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, harmlessLines()));
  return plain(options.level, {});
}

/** JSON lets pass what steers a terminal or turns the direction of text, and logs are looked at on terminals. */
function harmlessLines(): { write(line: string): void } {
  const out = pino.destination({ fd: process.stdout.fd, sync: true });
  return { write: (line) => void out.write(`${escaped(line.trimEnd())}\n`) };
}

function wrap(logger: Pino): Logger {
  return {
    debug: (message, fields) => logger.debug(serialisable(fields), message),
    info: (message, fields) => logger.info(serialisable(fields), message),
    warn: (message, fields) => logger.warn(serialisable(fields), message),
    error: (message, fields) => logger.error(serialisable(fields), message),
    child: (fields) => wrap(logger.child(serialisable(fields))),
  };
}

function serialisable(fields: LogFields = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]),
  );
}

const ranks = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** One line for a person: time, level, message, fields. */
function plain(level: keyof typeof ranks, bound: LogFields): Logger {
  const line =
    (own: keyof typeof ranks) =>
    (message: string, fields: LogFields = {}) => {
      if (ranks[own] < ranks[level]) return;
      const rest = Object.entries(serialisable({ ...bound, ...fields })).map(
        ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      process.stderr.write(
        `${new Date().toISOString()} [${own.toUpperCase()}] ${escaped([message, ...rest].join(' '))}\n`,
      );
    };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => plain(level, { ...bound, ...fields }),
  };
}
