// Where the parts of data without a schema stand in JSON files: members of objects and elements of lists, however deep.

import { joinPath } from '../../schema/path.ts';
import type { JsonNode } from '../syntax/json.ts';
import type { Span } from '../syntax/source.ts';
import type { PlaceTable } from './places.ts';

/** How many lists deep the first element also has the path of its list: each doubles the paths of what is inside. */
const MAX_SHORT = 3;

/**
 * Notes the places below `path`. A list of blocks is named by drivers as `mount` for its first element and `mount[1]` for
 * the second, a list of values as `args[0]`: the members of a first element are noted under both names.
 */
export function jsonPlaces(node: JsonNode, path: string, places: PlaceTable, short = 0): void {
  if (node.kind === 'list') {
    node.items.forEach((item, index) => {
      elementPlace(item, path, index, places);
      if (index === 0 && short < MAX_SHORT) jsonPlaces(item, path, places, short + 1);
      jsonPlaces(item, `${path}[${index}]`, places, short + 1);
    });
  } else if (node.kind === 'object') {
    for (const { key, keySpan, value } of node.members) {
      const inner = joinPath(path, key);
      places.set(inner, { from: keySpan.from, to: value.to });
      jsonPlaces(value, inner, places, short);
    }
  }
}

function elementPlace(item: Span, path: string, index: number, places: PlaceTable): void {
  places.set(`${path}[${index}]`, { from: item.from, to: item.to });
}
