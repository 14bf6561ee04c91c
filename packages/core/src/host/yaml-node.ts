// YAML text as the tree the job language reads. Loaded only for files that name yamldecode.

import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { YamlNode } from '../jobspec/index.ts';

/** Most nodes, those behind aliases counted each time. */
const MAX_NODES = 100_000;

/** @throws Error with the place for what is no YAML, or more than one document */
export function parseYaml(text: string): YamlNode {
  const document = parseDocument(text, { schema: 'failsafe', merge: false, uniqueKeys: false, logLevel: 'error' });
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(problem.message.split('\n')[0] ?? problem.message);
  if (document.contents === null) throw new Error('the text is empty');
  let nodes = 0;
  const read = (node: unknown, depth: number): YamlNode => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new Error(`it has more than ${MAX_NODES} values (limit "yaml size")`);
    if (depth > 200) throw new Error('it is nested deeper than 200 (limit "nesting")');
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) throw new Error(`there is no anchor "${node.source}"`);
      return read(target, depth + 1);
    }
    if (isScalar(node)) {
      const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
      const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
      return { kind: 'scalar', text, isQuoted, tag: node.tag };
    }
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => read(item, depth + 1)), tag: node.tag };
    }
    if (isMap(node)) {
      const pairs = node.items.map((pair) => [read(pair.key, depth + 1), read(pair.value, depth + 1)] as const);
      return { kind: 'map', pairs, tag: node.tag };
    }
    return { kind: 'scalar', text: '', isQuoted: false };
  };
  return read(document.contents, 0);
}
