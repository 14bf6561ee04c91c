// The JSON Schema of job files in HCL's JSON syntax: the names of job files, labels as keys, text with `${}` anywhere.

import { jobBlock } from '../../../packages/core/src/schema/blocks/job.ts';
import { taskBlock } from '../../../packages/core/src/schema/blocks/task.ts';
import {
  type BlockSchema,
  type BlockType,
  type FieldSchema,
  type FieldType,
  isBlockType,
} from '../../../packages/core/src/schema/field.ts';
import { annotations, Definitions, type JsonSchema } from './describe.ts';
import { duration, limits } from './wire-schema.ts';

/** A value may always be computed: text that holds `${` or `%{`. */
const computed = { type: 'string', pattern: '[$%]\\{' };

export function hclJobSchema(): JsonSchema {
  const definitions: Definitions = new Definitions((schema): JsonSchema => blockSchema(schema, definitions));
  const job = blocks({ kind: 'block', block: jobBlock, repeat: 'one' }, definitions);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: "A job file of orch in HCL's JSON syntax",
    description: 'Written by `npm run docs` from the schema of the job language.',
    type: 'object',
    properties: {
      job,
      variable: { type: ['object', 'array'], description: 'Variables, by name.' },
      variables: { type: ['object', 'array'], description: 'Several variables with their defaults.' },
      locals: { type: ['object', 'array'], description: 'Names for values that are used more than once.' },
      '//': {},
    },
    required: ['job'],
    additionalProperties: false,
    $defs: definitions.all(),
  };
}

function blockSchema(schema: BlockSchema, definitions: Definitions): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const field of schema.fields) {
    if (field.hcl === undefined) continue;
    properties[field.hcl] = { ...annotations(field), ...fieldSchema(field, definitions) };
  }
  // A task that stands in the job itself is a group of its own.
  if (schema === jobBlock)
    properties['task'] = blocks({ kind: 'block', block: taskBlock, repeat: 'many' }, definitions);
  const required = schema.fields.flatMap((field) => (field.required === true ? (field.hcl ?? []) : []));
  return {
    type: 'object',
    description: schema.doc,
    properties: {
      ...properties,
      dynamic: { type: ['object', 'array'], description: 'Blocks made from a list or a map.' },
      '//': { description: 'A comment.' },
    },
    // A dynamic block may bring what is required.
    ...(required.length === 0 ? {} : { anyOf: [{ required }, { required: ['dynamic'] }] }),
    ...(hasShorthand(schema) ? {} : { additionalProperties: false }),
  };
}

/** Constraints may be written with their operator as the key. */
function hasShorthand(schema: BlockSchema): boolean {
  return schema.name === 'constraint' || schema.name === 'affinity';
}

function fieldSchema(field: FieldSchema, definitions: Definitions): JsonSchema {
  if (field.refused !== undefined) return { not: {} };
  return isBlockType(field.type)
    ? blocks(field.type, definitions)
    : { anyOf: [valueSchema(field.type, field), computed] };
}

/** A block is an object, several are a list; labels are keys around them. */
function blocks(type: BlockType, definitions: Definitions): JsonSchema {
  const inner = definitions.reference(type.block);
  const one = { anyOf: [inner, { type: 'array', items: inner }] };
  if (type.block.label === undefined) return one;
  const labelled = { type: 'object', additionalProperties: one };
  return { anyOf: [labelled, { type: 'array', items: labelled }] };
}

function valueSchema(type: Exclude<FieldType, BlockType>, field: FieldSchema): JsonSchema {
  if (typeof type === 'object') {
    if (type.kind === 'list') return { type: 'array' };
    const map = { type: 'object' };
    return { anyOf: [map, { type: 'array', items: map }] };
  }
  switch (type) {
    case 'string':
      return field.values === undefined ? { type: ['string', 'number', 'boolean'] } : { enum: [...field.values] };
    case 'bool':
      return { enum: [true, false, 'true', 'false'] };
    case 'int':
      return {
        anyOf: [
          { type: 'integer', ...limits(field, (value) => value) },
          { type: 'string', pattern: '^-?\\d+$' },
        ],
      };
    case 'float':
      return { anyOf: [{ type: 'number' }, { type: 'string', pattern: '^-?[\\d.eE+-]+$' }] };
    case 'duration':
      return { anyOf: [{ type: 'integer' }, { type: 'string', pattern: duration }] };
    case 'json':
      return {};
  }
}
