// Values as YAML in the block style.

import { isList, isNumber, numberText, SetValue, sortedKeys, type Value } from '../evaluate/value.ts';

/** Text is in double quotes, and folded behind this column; text of several lines is a literal block. */
const WIDTH = 80;

/** One document that ends with a line break. A plain scalar alone is closed by `...`, as libyaml does it. */
export function encodeYaml(value: Value): string {
  const isScalar = value === null || typeof value === 'boolean' || isNumber(value);
  const text = node(value, 0, 0);
  if (isScalar) return `${text}\n...\n`;
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** `indent` is that of the collection the node stands in, `column` where its text begins. */
function node(value: Value, indent: number, column: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value)) return numberText(value);
  if (typeof value === 'string') return scalar(value, column === 0 ? 0 : indent, column);
  if (isList(value) || value instanceof SetValue) {
    const items = isList(value) ? value : value.items;
    if (items.length === 0) return '[]';
    return block(
      items.map((item) => `- ${node(item, indent + 2, indent + 2)}`),
      indent,
    );
  }
  const keys = sortedKeys(value);
  if (keys.length === 0) return '{}';
  return block(
    keys.map((key) => member(key, value.get(key) ?? null, indent)),
    indent,
  );
}

function block(lines: readonly string[], indent: number): string {
  return lines.map((line) => line.replace(/\n$/, '')).join(`\n${' '.repeat(indent)}`);
}

function member(key: string, value: Value, indent: number): string {
  const name = quoted(key, undefined, 0);
  const head = name.length > 128 ? `? ${quoted(key, indent + 2, indent + 2)}\n${' '.repeat(indent)}:` : `${name}:`;
  const isSequence = isList(value) || value instanceof SetValue;
  const size = isSequence ? (isList(value) ? value.length : value.items.length) : value instanceof Map ? value.size : 0;
  if (size === 0) return `${head} ${node(value, indent + 2, indent + head.length + 1)}`;
  // A list inside of a mapping is not indented.
  const inner = isSequence ? indent : indent + 2;
  return `${head}\n${' '.repeat(inner)}${node(value, inner, inner)}`;
}

function scalar(text: string, indent: number, column: number): string {
  const isBlock = text.includes('\n') && !/ $| \n|[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text);
  if (!isBlock) return quoted(text, Math.max(indent, 2), column);
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const margin = ' '.repeat(Math.max(indent, 2));
  const lines = text.replace(/\n$/, '').split('\n');
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : margin + line)).join('\n')}`;
}

const NAMED: Record<string, string> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escaped(sign: string): string {
  const named = NAMED[sign];
  if (named !== undefined) return named;
  const code = sign.codePointAt(0) as number;
  const isPrintable = (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xfffd && code !== 0xfeff);
  if (isPrintable) return sign;
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
}

/** Without an indent the text stays on one line: keys do. */
function quoted(text: string, indent: number | undefined, from: number): string {
  let result = '"';
  let column = from + 1;
  let wasSpace = false;
  const signs = [...text];
  signs.forEach((sign, index) => {
    const mayBreak = sign === ' ' && indent !== undefined && !wasSpace && index > 0 && index < signs.length - 1;
    if (mayBreak && column > WIDTH) {
      result += `\n${' '.repeat(indent)}${signs[index + 1] === ' ' ? '\\' : ''}`;
      column = indent;
    } else {
      const piece = escaped(sign);
      result += piece;
      column += [...piece].length;
    }
    wasSpace = sign === ' ';
  });
  return `${result}"`;
}
