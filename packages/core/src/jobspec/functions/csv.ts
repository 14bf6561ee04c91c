// CSV with a header line (RFC 4180).

import type { Type, TypeMember } from '../evaluate/type.ts';
import { ListValue, type Value, ValueError } from '../evaluate/value.ts';

export function decodeCsv(text: string): Value {
  const [header, ...rows] = csvRows(text);
  if (header === undefined) throw new ValueError('the text has no header line', 0);
  const members = new Map<string, TypeMember>();
  for (const name of header) {
    if (members.has(name)) throw new ValueError(`the column "${name}" is there twice`, 0);
    members.set(name, { type: { kind: 'string' }, optional: false });
  }
  const of: Type = { kind: 'object', members };
  const objects = rows.map((row, index) => {
    if (row.length !== header.length) {
      throw new ValueError(`row ${index + 1} has ${row.length} fields, the header has ${header.length}`, 0);
    }
    return new Map(header.map((name, column) => [name, row[column] ?? '']));
  });
  return ListValue.make(objects, of);
}

/** Rows of fields. Empty lines are left out. */
function csvRows(source: string): string[][] {
  const text = source.replaceAll('\r\n', '\n').replace(/\r$/, '');
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length || row.length > 0) {
    if (row.length === 0 && text[at] === '\n') {
      at += 1;
      continue;
    }
    const [field, next] = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    row.push(field);
    at = next + 1;
    if (text[next] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

function plainField(text: string, from: number): readonly [string, number] {
  let at = from;
  while (at < text.length && text[at] !== ',' && text[at] !== '\n') {
    if (text[at] === '"') throw new ValueError('a quote stands inside of a field that is not quoted', 0);
    at += 1;
  }
  return [text.slice(from, at), at];
}

function quotedField(text: string, from: number): readonly [string, number] {
  let field = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw new ValueError('a quoted field is not closed', 0);
    field += text.slice(at, quote);
    const next = text[quote + 1];
    if (next === undefined || next === ',' || next === '\n') return [field, quote + 1];
    if (next !== '"') throw new ValueError('behind a quoted field stands something else than a comma', 0);
    field += '"';
    at = quote + 2;
  }
}
