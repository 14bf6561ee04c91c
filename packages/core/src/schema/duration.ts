// Durations as the language writes them: Go's "1h30m", or whole nanoseconds.

const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Longest duration of the language, either way: Go counts nanoseconds in 64 bits, some 292 years. */
const maxDurationMs = 2 ** 63 / 1e6;

/** Whether the language can write it; what cannot be would not survive the journal either (`Infinity` becomes null). */
export function isDuration(ms: number): boolean {
  return Math.abs(ms) <= maxDurationMs;
}

/** Milliseconds, or undefined when the text is no duration. `0` alone needs no unit. Source: Go's duration text. */
export function parseDuration(text: string): number | undefined {
  let at = text.startsWith('-') || text.startsWith('+') ? 1 : 0;
  const sign = text.startsWith('-') ? -1 : 1;
  if (text.slice(at) === '0') return 0;
  let total = 0;
  let parts = 0;
  while (at < text.length) {
    const numberEnd = skip(text, at, '0123456789.');
    const number = text.slice(at, numberEnd);
    const unitEnd = skipUnit(text, numberEnd);
    const unitName = text.slice(numberEnd, unitEnd);
    const unit = Object.hasOwn(UNIT_MS, unitName) ? UNIT_MS[unitName] : undefined;
    if (unit === undefined || number === '' || number === '.' || Number.isNaN(Number(number))) return undefined;
    total += Number(number) * unit;
    parts += 1;
    at = unitEnd;
  }
  return parts === 0 || !isDuration(total) ? undefined : sign * roundNs(total);
}

function skip(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text[at] as string)) at += 1;
  return at;
}

function skipUnit(text: string, from: number): number {
  let at = from;
  while (at < text.length && !'0123456789.'.includes(text[at] as string)) at += 1;
  return at;
}

/** Milliseconds with at most six decimals: whole nanoseconds. */
function roundNs(ms: number): number {
  return Number.isInteger(ms) ? ms : Math.round(ms * 1e6) / 1e6;
}

export function msToNs(ms: number): number {
  return Math.round(ms * 1e6);
}

export function nsToMs(ns: number): number {
  return roundNs(ns / 1e6);
}

/** Go's way to print a duration: `1h30m0s`, `1.5s`, `10ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const absolute = Math.abs(ms);
  if (absolute < 1) {
    const ns = Math.round(absolute * 1e6);
    return ns < 1_000 ? `${sign}${ns}ns` : `${sign}${ns / 1_000}µs`;
  }
  if (absolute < 1_000) return `${sign}${absolute}ms`;
  const hours = Math.floor(absolute / 3_600_000);
  const minutes = Math.floor((absolute % 3_600_000) / 60_000);
  const seconds = Math.round((absolute % 60_000) * 1e6) / 1e9;
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '';
  return `${sign}${head}${seconds}s`;
}
