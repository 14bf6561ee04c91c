// User and group ids that a node keeps from tasks: the operator's options, and what the kernel is told of them.
import type { JsonObject } from '@orch/driver-api';
import { readString, wrongOption } from '../host-driver/config-values.ts';

/** Both ends belong to it. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}

export interface DeniedIds {
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
}

/** The options that `readDeniedIds` reads, for exec, raw_exec and java alike. */
export const DENIED_ID_OPTIONS: readonly string[] = ['denied_host_uids', 'denied_host_gids'];

/** The highest id there is; one more means "leave it as it is" to the kernel. */
export const LAST_ID = 4_294_967_294;

/** Each range costs every identity change of a task a comparison, and a filter of the kernel has an end. */
const MAX_RANGES = 64;

/** @throws DriverError `invalid-config` */
export function readDeniedIds(config: JsonObject): DeniedIds {
  return { uids: readRanges(config, 'denied_host_uids'), gids: readRanges(config, 'denied_host_gids') };
}

/** Nomad writes ids as one string: `"0,100-200"`. */
function readRanges(config: JsonObject, key: string): readonly IdRange[] {
  const value = readString(config, key) ?? '';
  if (value === '') return [];
  const ranges = value.split(',').map((part) => {
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || first > last || last > LAST_ID)
      throw wrongOption(key, `a string of ids from 0 to ${LAST_ID} such as "0,100-200"`);
    return { first, last };
  });
  if (ranges.length > MAX_RANGES) throw wrongOption(key, `at most ${MAX_RANGES} ids and ranges`);
  return ranges;
}

export function isWithin(id: number, ranges: readonly IdRange[]): boolean {
  return ranges.some(({ first, last }) => id >= first && id <= last);
}

export function deniesAny(denied: DeniedIds): boolean {
  return denied.uids.length > 0 || denied.gids.length > 0;
}
