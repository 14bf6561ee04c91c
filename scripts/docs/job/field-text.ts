// How a field of the job language is described: type, default, limits, notes. All of it read from the schema.

import { defaultOf } from '../../../packages/core/src/schema/canonicalize.ts';
import { formatDuration } from '../../../packages/core/src/schema/duration.ts';
import type { FieldSchema, FieldType, SchemaContext } from '../../../packages/core/src/schema/field.ts';

export const jobTypes = ['service', 'batch', 'system', 'sysbatch'] as const;

/** Surroundings in which defaults are asked for: an ordinary job of this type. */
export function contextOf(jobType: string): SchemaContext {
  const job = { id: 'the id', name: 'the id', type: jobType, kept: {}, taskGroups: [] };
  const group = { name: 'the group', kept: {}, tasks: [] };
  return { jobType, job, group, task: { name: 'the task', kept: {} } };
}

export function typeText(type: FieldType): string {
  if (type === 'string') return 'text';
  if (type === 'json') return 'any';
  if (type === 'bool') return 'true or false';
  if (type === 'int' || type === 'float') return 'number';
  if (type === 'duration') return 'duration';
  if (type.kind === 'list') return type.of === 'string' ? 'list of text' : 'list of numbers';
  if (type.kind === 'map') return 'map of text';
  return type.repeat === 'one' ? 'block' : 'blocks';
}

export function valueText(type: FieldType, value: unknown): string {
  if (type === 'duration' && typeof value === 'number') return `"${shortDuration(value)}"`;
  return JSON.stringify(value);
}

/** `24h`, not `24h0m0s`. */
function shortDuration(ms: number): string {
  return formatDuration(ms)
    .replace(/(?<=[hm])0s$/, '')
    .replace(/(?<=h)0m$/, '');
}

/** `5`, or `2 (service, system); 3 (batch, sysbatch)`; empty when there is none. */
export function defaultText(field: FieldSchema): string {
  const byText = new Map<string, string[]>();
  for (const jobType of jobTypes) {
    const text = defaultFor(field, jobType);
    byText.set(text, [...(byText.get(text) ?? []), jobType]);
  }
  if (byText.size === 1) return [...byText.keys()][0] ?? '';
  return [...byText].map(([text, types]) => `${text === '' ? 'none' : text} (${types.join(', ')})`).join('; ');
}

function defaultFor(field: FieldSchema, jobType: string): string {
  const context = contextOf(jobType);
  const { type } = field;
  if (typeof type === 'object' && type.kind === 'block') {
    const exists = typeof field.implicit === 'function' ? field.implicit(context) : field.implicit === true;
    return exists ? 'exists' : '';
  }
  const value = defaultOf(field, context);
  if (value === undefined || isEmpty(value)) return '';
  return value === 'the id' ? 'the id of the job' : code(valueText(type, value));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** What is allowed: values and limits. */
export function limitText(field: FieldSchema): string {
  const { values, min, max, type } = field;
  const parts: string[] = [];
  if (values !== undefined) {
    parts.push(`One of ${values.map((value) => (value === '' ? 'empty text' : code(value))).join(', ')}.`);
  }
  const show = (value: number) => code(valueText(type, value).replaceAll('"', ''));
  if (min !== undefined && max !== undefined) parts.push(`${show(min)} to ${show(max)}.`);
  else if (min !== undefined && (min !== 0 || type === 'int')) parts.push(`At least ${show(min)}.`);
  else if (max !== undefined) parts.push(`At most ${show(max)}.`);
  return parts.join(' ');
}

/** What a user has to know before writing the field. */
export function noteText(field: FieldSchema): string {
  const sentences: string[] = [];
  const say = (head: string, text: string) => sentences.push(`**${head}** ${sentence(text)}`);
  if (field.deprecated !== undefined) say('Deprecated:', field.deprecated);
  if (field.refused !== undefined) say('Refused:', field.refused);
  if (field.notYet !== undefined) say('Cannot run yet:', field.notYet);
  if (field.noEffect !== undefined) say('No effect yet:', field.noEffect);
  if (field.extension === true) say('Not in Nomad:', 'a job file that uses it is for orch only');
  if (field.enterprise === true) say('Enterprise:', 'only the commercial edition of Nomad acts on it');
  for (const [value, reason] of Object.entries({ ...field.refusedValues, ...field.notYetValues })) {
    say(`${code(value)} not yet:`, reason);
  }
  return sentences.join(' ');
}

/** Text for a page: a sentence, in which `<name>` is not taken for a tag. */
export function sentence(text: string): string {
  const ended = /[.!?]$/.test(text) ? text : `${text}.`;
  return ended.replaceAll('<', '&lt;');
}
