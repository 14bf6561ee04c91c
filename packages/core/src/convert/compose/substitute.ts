// `$NAME` and `${NAME…}` in a Compose file, filled in from the environment of the person who converts.

import type { Conversion } from '../read/conversion.ts';
import type { Entry, ScalarTree, Tree } from '../yaml/tree.ts';

const VARIABLE = /\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{)/g;
/** Defaults may hold variables, which may have defaults. */
const MAX_NESTING = 10;

/** The same tree with every value filled in. Keys stay. */
export function substituteTree(run: Conversion, tree: Tree): Tree {
  switch (tree.kind) {
    case 'map':
      return {
        ...tree,
        entries: tree.entries.map((entry): Entry => ({ ...entry, value: substituteTree(run, entry.value) })),
      };
    case 'list':
      return { ...tree, items: tree.items.map((item) => substituteTree(run, item)) };
    case 'scalar':
      return substituteScalar(run, tree);
  }
}

function substituteScalar(run: Conversion, tree: ScalarTree): ScalarTree {
  if (typeof tree.value !== 'string' || !tree.value.includes('$')) return tree;
  const text = substitute(run, tree.value, tree, 0);
  return { ...tree, value: text, text };
}

function substitute(run: Conversion, text: string, at: ScalarTree, depth: number): string {
  let result = '';
  let from = 0;
  for (;;) {
    VARIABLE.lastIndex = from;
    const found = VARIABLE.exec(text);
    if (found === null) return result + text.slice(from);
    result += text.slice(from, found.index);
    from = found.index + found[0].length;
    if (found[1] !== undefined) result += '$';
    else if (found[2] !== undefined) result += variableValue(run, found[2], at);
    else {
      const end = closing(text, from);
      if (end < 0 || depth >= MAX_NESTING) {
        run.error(
          at,
          'Invalid substitution',
          `"${text.slice(found.index, found.index + 30)}" is not closed by "}".`,
          'write $$ for a dollar sign',
        );
        return result;
      }
      result += braced(run, text.slice(from, end), at, depth);
      from = end + 1;
    }
  }
}

/** Where the brace opened before `from` closes; braces may be nested. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{' && text[at - 1] === '$') depth += 1;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

function lookUp(run: Conversion, name: string): string | undefined {
  const { environment = {} } = run.options;
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}

function variableValue(run: Conversion, name: string, at: ScalarTree): string {
  const value = lookUp(run, name);
  if (value === undefined) {
    run.warn(
      at,
      'Variable not set',
      `The variable ${name} is not set; empty text stands in its place.`,
      `set it, or write \${${name}:-default}`,
    );
  }
  return value ?? '';
}

/** The inside of `${…}`: a name, and what happens when it is unset (`-`, `?`, `+`) or empty too (`:-`, `:?`, `:+`). */
function braced(run: Conversion, inside: string, at: ScalarTree, depth: number): string {
  const found = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/.exec(inside);
  if (found === null) {
    run.error(at, 'Invalid substitution', `"\${${inside}}" is no variable.`, 'write $$ for a dollar sign');
    return '';
  }
  const [, name = '', operator, rest = ''] = found;
  if (operator === undefined) return variableValue(run, name, at);
  const value = lookUp(run, name);
  const isThere = value !== undefined && !(operator.startsWith(':') && value === '');
  if (operator.endsWith('+')) return isThere ? substitute(run, rest, at, depth + 1) : '';
  if (isThere) return value;
  if (operator.endsWith('-')) return substitute(run, rest, at, depth + 1);
  run.error(
    at,
    'Variable not set',
    `The variable ${name} is required${rest === '' ? '' : `: ${rest}`}.`,
    `set ${name} in the environment`,
  );
  return '';
}
