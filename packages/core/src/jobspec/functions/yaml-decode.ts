// YAML -> values. The reading of the text is handed in; here is what its scalars mean.

import { fromDouble, parseNumber } from '../evaluate/big-float.ts';
import type { YamlNode } from '../evaluate/function-table.ts';
import { isObject, toText, type Value, ValueError } from '../evaluate/value.ts';
import { decodeBase64 } from './bytes.ts';
import { parseTimestamp, timestampText } from './date.ts';

const TRUE = /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(|~|null|Null|NULL)$/;
const INTEGER = /^([-+]?\d+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const DATE = /^(\d{4})-(\d\d?)-(\d\d?)(?:([Tt ])(\d\d?):(\d\d?):(\d\d?(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?)?$/;
const PREFIX = 'tag:yaml.org,2002:';

/** `step` counts every value that is made, those behind aliases again. */
export function valueOfYaml(node: YamlNode, step: () => void): Value {
  step();
  switch (node.kind) {
    case 'scalar':
      return scalarValue(node.text, node.isQuoted, node.tag?.replace(PREFIX, ''));
    case 'list':
      if (node.tag !== undefined && node.tag !== `${PREFIX}seq`) throw unsupported(node.tag);
      return node.items.map((item) => valueOfYaml(item, step));
    case 'map':
      if (node.tag !== undefined && node.tag !== `${PREFIX}map`) throw unsupported(node.tag);
      return mapValue(node, step);
  }
}

function unsupported(tag: string): ValueError {
  return new ValueError(`the tag "${tag}" is not supported`, 0);
}

function mapValue(node: Extract<YamlNode, { kind: 'map' }>, step: () => void): Value {
  const result = new Map<string, Value>();
  for (const [key, item] of node.pairs) {
    if (key.kind === 'scalar' && !key.isQuoted && key.tag === undefined && key.text === '<<') {
      const merged = valueOfYaml(item, step);
      for (const source of Array.isArray(merged) ? (merged as readonly Value[]) : [merged]) {
        if (source === null || !isObject(source)) throw new ValueError('only mappings can be merged with <<', 0);
        for (const [name, value] of source) result.set(name, value);
      }
      continue;
    }
    const name = valueOfYaml(key, step);
    if (name === null || typeof name === 'object') throw new ValueError('a key is neither text nor a number', 0);
    result.set(toText(name), valueOfYaml(item, step));
  }
  return result;
}

function scalarValue(text: string, isQuoted: boolean, tag: string | undefined): Value {
  if (tag === 'str') return text.normalize('NFC');
  if (tag === 'binary') {
    if (decodeBase64(text) === undefined) throw new ValueError('a binary scalar is no base64', 0);
    return text;
  }
  if (tag !== undefined && !['bool', 'int', 'float', 'null', 'timestamp'].includes(tag)) throw unsupported(tag);
  if (isQuoted) return text.normalize('NFC');
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (NULL.test(text)) return null;
  if (/^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/.test(text)) throw new ValueError(`${text} has no place here`, 0);
  const date = tag === undefined || tag === 'timestamp' ? dateText(text) : undefined;
  if (date !== undefined) return date;
  const number = numberOf(text);
  if (number !== undefined) return number;
  if (tag === 'null') return null;
  if (tag !== undefined) throw new ValueError(`"${text}" is no ${tag}`, 0);
  return text.normalize('NFC');
}

function numberOf(text: string): Value | undefined {
  if (INTEGER.test(text)) {
    if (!/^0[ox]/.test(text)) return parseNumber(text);
    const value = BigInt(text);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? fromDouble(Number(value)) : value;
  }
  return FLOAT.test(text) ? parseNumber(text) : undefined;
}

/** Dates become text in the form of RFC 3339. */
function dateText(text: string): string | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month = '', day = '', separator, hour = '0', minute = '0', second = '0', zone] = match;
  if (separator === ' ' ? zone !== undefined : separator !== undefined && zone === undefined) return undefined;
  const two = (part: string) => part.padStart(2, '0');
  const seconds = second.indexOf('.') === 1 ? `0${second}` : two(second);
  const time = parseTimestamp(`${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${seconds}${zone ?? 'Z'}`);
  return time === undefined ? undefined : timestampText(time);
}
