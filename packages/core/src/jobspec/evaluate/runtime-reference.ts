// References that are resolved on the node: they stay in the job as literal text.

import type { Reference } from '../syntax/ast.ts';

/**
 * `${attr.kernel.name}`, `${env["HOME"]}`, as written: a reference that stands alone in an interpolation keeps the
 * blanks around it. `source` is the text of the file the reference stands in. Undefined for `(attr.kernel).name`.
 */
export function runtimeText(node: Reference, source: string): string | undefined {
  // In JSON files every node of a string has the place of the whole string.
  if (!source.startsWith(node.root, node.from)) return `\${${rebuilt(node)}}`;
  const written = source.slice(node.from, node.to);
  if (written.includes(')') && written.replace(/"[^"]*"/g, '').includes(')')) return undefined;
  const before = blanksBefore(source, node.from);
  const after = before === undefined ? undefined : blanksAfter(source, node.to);
  return `\${${before ?? ''}${written}${after ?? ''}}`;
}

/** The blanks between `${` and the reference; undefined when something else stands there. */
function blanksBefore(source: string, at: number): string | undefined {
  let from = at;
  while (source.charCodeAt(from - 1) === 32) from -= 1;
  return source.startsWith('${', from - 2) ? source.slice(from, at) : undefined;
}

function blanksAfter(source: string, at: number): string | undefined {
  let to = at;
  while (source.charCodeAt(to) === 32) to += 1;
  return source.charCodeAt(to) === 125 ? source.slice(at, to) : undefined;
}

function rebuilt(node: Reference): string {
  let text = node.root;
  for (const { key, form } of node.steps) {
    if (form === 'attribute') text += `.${key}`;
    else text += typeof key === 'string' ? `["${key}"]` : `[${key}]`;
  }
  return text;
}
