// The JSON Schema of jobs as the HTTP API takes and gives them: names in PascalCase, durations in nanoseconds.

import { jobBlock } from '../../../packages/core/src/schema/blocks/job.ts';
import { msToNs } from '../../../packages/core/src/schema/duration.ts';
import {
  type BlockSchema,
  type FieldSchema,
  type FieldType,
  isBlockType,
} from '../../../packages/core/src/schema/field.ts';
import { annotations, Definitions, type JsonSchema } from './describe.ts';

/** A job, or an object with the job as `Job`. Every field may be null: it is then not given. */
export function wireJobSchema(): JsonSchema {
  const definitions: Definitions = new Definitions((schema): JsonSchema => blockSchema(schema, definitions));
  const job = definitions.reference(jobBlock);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A job for the HTTP API of orch',
    description: 'Written by `npm run docs` from the schema of the job language.',
    if: { required: ['Job'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { type: 'object', properties: { Job: job } },
    else: job,
    $defs: definitions.all(),
  };
}

function blockSchema(schema: BlockSchema, definitions: Definitions): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const { label } = schema;
  if (label !== undefined && label.wire !== '') properties[label.wire] = { description: label.doc, type: 'string' };
  for (const field of schema.fields) {
    if (field.wire === undefined) continue;
    properties[field.wire] = { ...annotations(field), ...fieldSchema(field, definitions) };
    const other = spelledOtherwise[field.wire];
    if (other !== undefined) properties[other] = properties[field.wire] ?? {};
  }
  for (const name of schema.ignoredWire ?? []) properties[name] ??= { description: 'Of the server; not read.' };
  for (const [name, reason] of Object.entries(schema.droppedWire ?? {})) {
    properties[name] ??= { description: `No effect: ${reason}.`, deprecated: true };
  }
  const required = schema.fields.flatMap(({ required: must, wire }) =>
    must === true && wire !== undefined && spelledOtherwise[wire] === undefined ? [wire] : [],
  );
  const withLabel = schema === jobBlock && label !== undefined ? [label.wire, ...required] : required;
  return {
    type: 'object',
    description: schema.doc,
    properties,
    ...(withLabel.length === 0 ? {} : { required: withLabel }),
    additionalProperties: false,
  };
}

/** The API does not mind capitals, and these names are in use both ways. */
const spelledOtherwise: Readonly<Record<string, string>> = { Url: 'URL', URL: 'Url' };

function fieldSchema(field: FieldSchema, definitions: Definitions): JsonSchema {
  if (field.refused !== undefined) return { type: 'null' };
  const schema = typeSchema(field.type, definitions, field);
  if (field.required === true) return schema;
  if (typeof schema['type'] === 'string') return { ...schema, type: [schema['type'], 'null'] };
  return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: 'null' }] };
}

function typeSchema(type: FieldType, definitions: Definitions, field: FieldSchema): JsonSchema {
  if (isBlockType(type)) {
    const inner = definitions.reference(type.block);
    if (type.repeat === 'one') return inner;
    const list = { type: 'array', items: inner };
    return type.repeat === 'many' ? list : { anyOf: [{ type: 'object', additionalProperties: inner }, list] };
  }
  if (typeof type === 'object') {
    if (type.kind === 'list') return { type: 'array', items: { type: type.of === 'string' ? 'string' : 'number' } };
    return { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } };
  }
  switch (type) {
    case 'string':
      return field.values === undefined ? { type: 'string' } : { enum: [...new Set([...field.values, '', null])] };
    case 'bool':
      return { type: 'boolean' };
    case 'int':
      return { type: 'integer', ...limits(field, (value) => value) };
    case 'float':
      return { type: 'number', ...limits(field, (value) => value) };
    case 'duration':
      return {
        anyOf: [
          { type: 'integer', ...limits(field, msToNs) },
          { type: 'string', pattern: duration },
        ],
      };
    case 'json':
      return {};
  }
}

/** `90s`, `1h30m`, `1.5h`. */
export const duration = '^[-+]?(\\d+(\\.\\d*)?(ns|us|µs|ms|s|m|h|d))+$|^0$';

export function limits({ min, max }: FieldSchema, unit: (value: number) => number): JsonSchema {
  return {
    ...(min === undefined ? {} : { minimum: unit(min) }),
    ...(max === undefined ? {} : { maximum: unit(max) }),
  };
}
