// Times and durations for people.

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** `3h12m`, `45s`, `120ms`: the two largest units that are not zero. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  let rest = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${name}`);
    if (parts.length === 2) break;
  }
  return parts.join('');
}

/** `2m3s ago`; empty for an unknown time. */
export function formatAgo(atMs: number | undefined, nowMs: number): string {
  return atMs === undefined || atMs <= 0 ? '' : `${formatDuration(nowMs - atMs)} ago`;
}

/** Nanoseconds since the epoch (the API's unit) to milliseconds. */
export function nanosToMs(nanos: number | undefined): number | undefined {
  return nanos === undefined || nanos <= 0 ? undefined : Math.floor(nanos / 1_000_000);
}

/** RFC 3339 to the second, in the machine's time zone. */
export function formatTime(atMs: number | undefined): string {
  if (atMs === undefined || atMs <= 0) return '';
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const offset = -date.getTimezoneOffset();
  const zone =
    offset === 0
      ? 'Z'
      : `${offset > 0 ? '+' : '-'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
}
