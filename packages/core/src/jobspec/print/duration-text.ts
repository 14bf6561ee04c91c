// Durations as people write them.

import { formatDuration } from '../../schema/duration.ts';

/** `5m`, not `5m0s`; `1h30m`; `1.5s`. */
export function durationText(ms: number): string {
  const text = formatDuration(ms);
  return text === '0s' ? text : text.replace(/(?<=[hm])0s$/, '').replace(/(?<=h)0m$/, '');
}
