// Plain data as HCL expressions.

import type { Json } from '../../model/task.ts';
import { fitsHeredoc, heredoc, quoted } from './text-value.ts';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** Lists longer than this have a line for each element. */
const LINE_LENGTH = 100;

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** `indent` is that of the line the expression begins in. */
export function jsonText(value: Json, indent: string): string {
  if (typeof value === 'string') return fitsHeredoc(value) ? heredoc(value, indent) : quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => jsonText(item, inner));
    const line = `[${items.join(', ')}]`;
    if (!line.includes('\n') && indent.length + line.length <= LINE_LENGTH) return line;
    return `[\n${items.map((item) => `${inner}${item}${item.includes('<<') && item.includes('\n') ? `\n${inner}` : ''},`).join('\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, item]) => {
    const name = isIdentifier(key) && !['for', 'null', 'true', 'false'].includes(key) ? key : quoted(key);
    return `${inner}${name} = ${jsonText(item, inner)}`;
  });
  return members.length === 0 ? '{}' : `{\n${members.join('\n')}\n${indent}}`;
}
