// Dates.

import { parseDuration } from '../../schema/duration.ts';
import { family } from '../evaluate/function-table.ts';
import { type Value, ValueError } from '../evaluate/value.ts';
import { textArg } from './arguments.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export interface Timestamp {
  /** Milliseconds of the instant. */
  readonly ms: number;
  readonly offsetMinutes: number;
}

/** A date after RFC 3339. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, , , , zone = 'Z'] = match;
  const daysInMonth = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
  const [offsetHours, offsetMinutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || Number(hour) > 23 || Number(day) > daysInMonth || Number(day) < 1) return undefined;
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const sign = zone.startsWith('-') ? -1 : 1;
  return { ms, offsetMinutes: zone === 'Z' ? 0 : sign * (offsetHours * 60 + offsetMinutes) };
}

/** RFC 3339 without fractions of a second. */
export function timestampText({ ms, offsetMinutes }: Timestamp): string {
  const local = new Date(ms + offsetMinutes * 60_000);
  return local.toISOString().replace(/\.\d+Z$/, '') + zoneText(offsetMinutes, ':', 'Z');
}

function timestampArg(args: readonly Value[], index: number): Timestamp {
  const text = textArg(args, index);
  const time = parseTimestamp(text);
  if (time === undefined) throw new ValueError(`"${text}" is no date such as 2026-01-31T12:00:00Z`, index);
  return time;
}

const two = (value: number) => String(value).padStart(2, '0');

function zoneText(offsetMinutes: number, separator: string, utc: string): string {
  if (offsetMinutes === 0 && utc !== '') return utc;
  const absolute = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}${separator}${two(absolute % 60)}`;
}

/** Local wall time of the timestamp, read through the UTC getters. */
function parts(time: Timestamp): Record<string, string> {
  const date = new Date(time.ms + time.offsetMinutes * 60_000);
  const hour = date.getUTCHours();
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const day = DAYS[date.getUTCDay()] ?? '';
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  return {
    YYYY: String(date.getUTCFullYear()).padStart(4, '0'),
    YY: two(date.getUTCFullYear() % 100),
    MMMM: month,
    MMM: month.slice(0, 3),
    MM: two(date.getUTCMonth() + 1),
    M: String(date.getUTCMonth() + 1),
    DD: two(date.getUTCDate()),
    D: String(date.getUTCDate()),
    EEEE: day,
    EEE: day.slice(0, 3),
    hh: two(hour),
    h: String(hour),
    HH: two(hour12),
    H: String(hour12),
    AA: hour < 12 ? 'AM' : 'PM',
    aa: hour < 12 ? 'am' : 'pm',
    mm: two(date.getUTCMinutes()),
    m: String(date.getUTCMinutes()),
    ss: two(date.getUTCSeconds()),
    s: String(date.getUTCSeconds()),
    ZZZZZ: zoneText(time.offsetMinutes, ':', ''),
    ZZZZ: zoneText(time.offsetMinutes, '', ''),
    ZZZ: zoneText(time.offsetMinutes, '', 'UTC'),
    Z: zoneText(time.offsetMinutes, ':', 'Z'),
  };
}

const TOKEN = /'((?:[^']|'')*)'|'|([A-Za-z])\2*/g;

function formatDate(args: readonly Value[]): Value {
  const format = textArg(args, 0);
  const values = parts(timestampArg(args, 1));
  return format.replace(TOKEN, (match, quoted: string | undefined) => {
    if (match === "'") throw new ValueError('a quoted text is not closed', 0);
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'");
    const value = Object.hasOwn(values, match) ? values[match] : undefined;
    if (value === undefined) throw new ValueError(`"${match}" is no part of a date; put text in single quotes`, 0);
    return value;
  });
}

function addTime(args: readonly Value[]): Value {
  const { ms, offsetMinutes } = timestampArg(args, 0);
  const added = parseDuration(textArg(args, 1));
  if (added === undefined) throw new ValueError('this is no duration such as "1h"', 1);
  const sum = { ms: Math.floor(ms + added), offsetMinutes };
  const year = new Date(sum.ms + offsetMinutes * 60_000).getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new ValueError('the result is no date', 1);
  return timestampText(sum);
}

export const dateFunctions = family({
  formatdate: {
    params: ['format', 'timestamp'],
    doc: 'A date in a format such as "DD MMM YYYY hh:mm".',
    fn: formatDate,
  },
  timeadd: { params: ['timestamp', 'duration'], doc: 'A date moved by a duration.', fn: addTime },
});
