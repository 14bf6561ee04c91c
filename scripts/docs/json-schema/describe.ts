// What both JSON Schemas of the job language say about a field, and how their blocks are named.

import type { BlockSchema, FieldSchema } from '../../../packages/core/src/schema/field.ts';
import { isBlockType } from '../../../packages/core/src/schema/field.ts';
import { defaultText } from '../job/field-text.ts';

export type JsonSchema = { readonly [key: string]: unknown };

/** Description, and whether it should not be used. */
export function annotations(field: FieldSchema): JsonSchema {
  const parts = [field.doc];
  const standard = defaultText(field).replaceAll('`', '');
  if (standard !== '' && !isBlockType(field.type)) parts.push(`Default: ${standard}.`);
  if (field.deprecated !== undefined) parts.push(`Deprecated: ${field.deprecated}.`);
  if (field.noEffect !== undefined) parts.push(`No effect yet: ${field.noEffect}.`);
  if (field.notYet !== undefined) parts.push(`Cannot run yet: ${field.notYet}.`);
  if (field.refused !== undefined) parts.push(`Refused: ${field.refused}.`);
  if (field.extension === true) parts.push('Not in Nomad.');
  return { description: parts.join(' '), ...(field.deprecated === undefined ? {} : { deprecated: true }) };
}

/** Names for `$defs`: the block's, with a number where several blocks share one. */
export class Definitions {
  readonly #names = new Map<BlockSchema, string>();
  readonly #made: Record<string, JsonSchema> = {};
  readonly #make: (schema: BlockSchema) => JsonSchema;

  constructor(make: (schema: BlockSchema) => JsonSchema) {
    this.#make = make;
  }

  reference(schema: BlockSchema): JsonSchema {
    let name = this.#names.get(schema);
    if (name === undefined) {
      const plain = schema.name.replaceAll(/[^a-z0-9_]/g, '_');
      const used = new Set(this.#names.values());
      name = plain;
      for (let number = 2; used.has(name); number++) name = `${plain}_${number}`;
      this.#names.set(schema, name);
      // Blocks may hold each other: the name is known before the block is made.
      this.#made[name] = this.#make(schema);
    }
    return { $ref: `#/$defs/${name}` };
  }

  all(): JsonSchema {
    return Object.fromEntries(Object.entries(this.#made).sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}
