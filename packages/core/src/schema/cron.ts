// Cron expressions: whether one can be read. Five fields; a sixth for seconds in front or for years behind; seven for both.

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  /** Marks beside numbers: `L` last, `W` weekday, `#` n-th, `?` any. */
  readonly marks?: RegExp;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LONG_MONTHS = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'JUNE', 'JULY'],
  ...['AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
];
const LONG_DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

const SECOND: CronField = { name: 'second', min: 0, max: 59 };
const YEAR: CronField = { name: 'year', min: 1970, max: 2099 };
const FIVE: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31, marks: /^(\?|L|LW|\d{1,2}W)$/ },
  { name: 'month', min: 1, max: 12, names: [...MONTHS, ...LONG_MONTHS] },
  { name: 'day of week', min: 0, max: 7, names: [...DAYS, ...LONG_DAYS], marks: /^(\?|L|[0-7]L|[A-Z]+L|[0-7]#[1-5])$/ },
];

const SHORTHANDS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@hourly'];

/** Why the text is no cron expression, or undefined when it is one. */
export function cronProblem(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return 'it is empty';
  if (trimmed.startsWith('@')) {
    return SHORTHANDS.includes(trimmed) ? undefined : `"${trimmed}" is none of ${SHORTHANDS.join(', ')}`;
  }
  const parts = trimmed.split(/\s+/);
  const fields = fieldsFor(parts.length);
  if (fields === undefined) {
    return `it has ${parts.length} fields; minute, hour, day of month, month and day of week are needed`;
  }
  for (const [index, field] of fields.entries()) {
    const problem = fieldProblem(parts[index] as string, field);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function fieldsFor(count: number): readonly CronField[] | undefined {
  if (count === 5) return FIVE;
  if (count === 6) return [...FIVE, YEAR];
  return count === 7 ? [SECOND, ...FIVE, YEAR] : undefined;
}

function fieldProblem(text: string, field: CronField): string | undefined {
  for (const part of text.toUpperCase().split(',')) {
    if (!isPart(part, field)) return `"${text}" is no ${field.name} (${field.min} to ${field.max})`;
  }
  return undefined;
}

function isPart(part: string, field: CronField): boolean {
  if (field.marks?.test(part) === true) return true;
  const [range = '', step, extra] = part.split('/');
  if (extra !== undefined || (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) > 0))) return false;
  if (range === '*') return true;
  const [from = '', to, more] = range.split('-');
  if (more !== undefined) return false;
  const low = numberOf(from, field);
  const high = to === undefined ? low : numberOf(to, field);
  return low !== undefined && high !== undefined && low <= high;
}

function numberOf(text: string, field: CronField): number | undefined {
  if (/^\d{1,4}$/.test(text)) {
    const value = Number(text);
    return value >= field.min && value <= field.max ? value : undefined;
  }
  const at = field.names?.findIndex((name) => name === text || (name.length > 3 && name.slice(0, 3) === text)) ?? -1;
  if (at < 0) return undefined;
  const short = (field.names?.[at] ?? '').slice(0, 3);
  const list = field.name === 'month' ? MONTHS : DAYS;
  return list.indexOf(short) + field.min;
}
