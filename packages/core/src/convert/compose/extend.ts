// `extends`: a service with the keys of another one of the same file below its own.

import type { Conversion } from '../read/conversion.ts';
import { readText } from '../read/values.ts';
import { type Entry, entryOf, type Tree } from '../yaml/tree.ts';
import type { Project } from './service-context.ts';

/** Chains longer than this are circles. */
const MAX_CHAIN = 20;

export function extended({ value }: Pick<Entry, 'value'>, project: Project, run: Conversion, depth = 0): Tree {
  const extension = entryOf(value, 'extends');
  if (extension === undefined || value.kind !== 'map') return value;
  const { value: given, keySpan } = extension;
  const file = entryOf(given, 'file');
  const named = given.kind === 'map' ? entryOf(given, 'service')?.value : given;
  for (const entry of given.kind === 'map' ? given.entries : [])
    if (entry.key !== 'file' && entry.key !== 'service')
      run.error(entry.keySpan, 'Unknown key', `"extends" has no key "${entry.key}".`);
  const name = named === undefined ? undefined : readText(run, named);
  const base = name === undefined ? undefined : project.services.get(name);
  if (file !== undefined) {
    run.error(
      file.keySpan,
      'Cannot be converted',
      'A service of another file cannot be taken over.',
      'put the files together: docker compose config',
    );
  } else if (base === undefined) {
    run.error(keySpan, 'Unknown service', `There is no service "${name ?? ''}" to extend.`);
  } else if (depth >= MAX_CHAIN) {
    run.error(keySpan, 'Circle', `More than ${MAX_CHAIN} services extend each other (limit "extends").`);
  } else {
    return merged(extended({ value: base }, project, run, depth + 1), value);
  }
  return value;
}

/** Maps are joined key by key, lists are appended, anything else is replaced. */
function merged(base: Tree, own: Tree): Tree {
  if (base.kind === 'list' && own.kind === 'list') return { ...own, items: [...base.items, ...own.items] };
  if (base.kind !== 'map' || own.kind !== 'map') return own;
  const entries = new Map(base.entries.map((entry) => [entry.key, entry]));
  for (const entry of own.entries) {
    const below = entries.get(entry.key);
    const isReplaced = entry.key === 'command' || entry.key === 'entrypoint' || entry.key === 'test';
    entries.set(
      entry.key,
      below === undefined || isReplaced ? entry : { ...entry, value: merged(below.value, entry.value) },
    );
  }
  return { ...own, entries: [...entries.values()] };
}
