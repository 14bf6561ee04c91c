// Field paths of a job in the API's JSON form -> places in the file.

import { jobBlock } from '../../schema/blocks/job.ts';
import { wireIndex } from '../../schema/decode-wire.ts';
import { type BlockSchema, isBlockType, labelFromWire } from '../../schema/field.ts';
import { fieldName, joinPath, repeatedKey } from '../../schema/path.ts';
import type { JsonNode, JsonObjectNode } from '../syntax/json.ts';
import { jsonPlaces } from './free-places.ts';
import type { PlaceTable } from './places.ts';

export function wirePlaces(node: JsonNode, places: PlaceTable): void {
  places.set('', node);
  if (node.kind === 'object') blockPlaces(node, jobBlock, '', places);
}

function blockPlaces(node: JsonObjectNode, schema: BlockSchema, path: string, places: PlaceTable): void {
  const index = wireIndex(schema);
  for (const { key, keySpan, value } of node.members) {
    const field = index.get(key.toLowerCase());
    if (field === undefined) {
      places.set(joinPath(path, key), keySpan);
      continue;
    }
    const fieldPath = joinPath(path, fieldName(field));
    if (!places.has(fieldPath)) places.set(fieldPath, value);
    if (!isBlockType(field.type)) jsonPlaces(value, fieldPath, places);
    else if (field.type.repeat === 'one' && value.kind === 'object')
      blockPlaces(value, field.type.block, fieldPath, places);
    else if (value.kind === 'list') listPlaces(value.items, field.type.block, fieldPath, places);
    else if (value.kind === 'object') mapPlaces(value, field.type.block, fieldPath, places);
  }
}

/** An object keyed by the blocks' labels. */
function mapPlaces(node: JsonObjectNode, schema: BlockSchema, path: string, places: PlaceTable): void {
  node.members.forEach(({ key, keySpan, value }, index) => {
    const inner = path + repeatedKey(schema, schema.label === undefined ? {} : { [schema.label.model]: key }, index);
    places.set(inner, { from: keySpan.from, to: value.to });
    if (value.kind === 'object') blockPlaces(value, schema, inner, places);
  });
}

function listPlaces(items: readonly JsonNode[], schema: BlockSchema, path: string, places: PlaceTable): void {
  items.forEach((item, index) => {
    if (item.kind !== 'object') return;
    const { label } = schema;
    const wire = label?.wire.toLowerCase();
    const name = item.members.find((member) => member.key.toLowerCase() === wire)?.value;
    const value = name?.kind === 'scalar' ? name.value : undefined;
    const text = label !== undefined && typeof value === 'string' ? labelFromWire(label, value) : undefined;
    const inner = path + repeatedKey(schema, label === undefined ? {} : { [label.model]: text }, index);
    places.set(inner, item);
    blockPlaces(item, schema, inner, places);
  });
}
