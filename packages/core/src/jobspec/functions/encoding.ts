// Base64, JSON, CSV and URLs.

import { family } from '../evaluate/function-table.ts';
import { type Value, ValueError } from '../evaluate/value.ts';
import { textArg } from './arguments.ts';
import { decodeBase64, encodeBase64 } from './bytes.ts';
import { decodeJson, encodeJson } from './json-text.ts';

function decodeBase64Text(args: readonly Value[]): Value {
  const bytes = decodeBase64(textArg(args, 0));
  if (bytes === undefined) throw new ValueError('this is no base64', 0);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ValueError('the decoded bytes are no UTF-8 text', 0);
  }
}

/** Rows of fields after RFC 4180. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at <= text.length) {
    const [field, next] = csvField(text, at);
    row.push(field);
    const end = text[next];
    at = next + 1;
    if (end === ',') continue;
    if (end === '\r' && text[next + 1] === '\n') at += 1;
    if (row.length > 1 || row[0] !== '' || end !== undefined) rows.push(row);
    row = [];
  }
  return rows.filter((fields) => fields.length > 1 || fields[0] !== '');
}

function csvField(text: string, from: number): readonly [string, number] {
  if (text[from] !== '"') {
    let at = from;
    while (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') at += 1;
    return [text.slice(from, at), at];
  }
  let field = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw new ValueError('a quoted field is not closed', 0);
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') return [field, quote + 1];
    field += '"';
    at = quote + 2;
  }
}

function decodeCsv(args: readonly Value[]): Value {
  const [header, ...rows] = csvRows(textArg(args, 0));
  if (header === undefined) throw new ValueError('the text has no header line', 0);
  return rows.map((row, index) => {
    if (row.length !== header.length) {
      throw new ValueError(`line ${index + 2} has ${row.length} fields, the header has ${header.length}`, 0);
    }
    return new Map(header.map((name, column) => [name, row[column] ?? '']));
  });
}

function urlEncode(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return encoded
    .replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

export const encodingFunctions = family({
  base64encode: {
    params: ['text'],
    doc: 'UTF-8 text as base64.',
    fn: (args) => encodeBase64(new TextEncoder().encode(textArg(args, 0))),
  },
  base64decode: { params: ['text'], doc: 'Text from base64.', fn: decodeBase64Text },
  jsonencode: {
    params: ['value'],
    allowNull: true,
    doc: 'A value as JSON.',
    fn: (args) => encodeJson(args[0] ?? null),
  },
  jsondecode: { params: ['text'], doc: 'A value from JSON.', fn: (args) => decodeJson(textArg(args, 0)) },
  csvdecode: { params: ['text'], doc: 'A list of objects from CSV with a header line.', fn: decodeCsv },
  urlencode: { params: ['text'], doc: 'Text for the query of a URL.', fn: (args) => urlEncode(textArg(args, 0)) },
});
