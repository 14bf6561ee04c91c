// One layer of variables laid over others: references resolved in an order that does not depend on how they are listed.

import { OrchError } from '../lib/errors.ts';
import { cleanKey, type InterpolationValues, replaceReferences, resolveReference } from './interpolate.ts';

/** Characters of all names and values of one task's variables; variables that name each other can grow without end. */
export const maxEnvironmentCharacters = 1_048_576;
/** Variables that name one another in a row. */
export const maxReferenceChain = 64;

type Variables = Readonly<Record<string, string>>;

/**
 * `below` with the variables of `layer` over it. A value may name variables below and in its own layer, in whatever
 * order they stand. One that names itself gets what lies below, as in `PATH = "${PATH}:/opt/bin"`; so does a reference
 * that closes a ring, which is entered at the first name in the alphabet.
 *
 * @throws OrchError `environment-too-large`
 */
export function addLayer(below: Variables, layer: Variables, node: Omit<InterpolationValues, 'env'>): Variables {
  if (Object.keys(layer).length === 0) return below;
  const values: InterpolationValues = { ...node, env: below };
  const own = new Map(Object.entries(layer).map(([key, value]) => [cleanKey(key), value]));
  const resolved = new Map<string, string>();
  const open = new Set<string>();
  let characters = sizeOf(below);

  const resolve = (key: string, text: string): string => {
    const done = resolved.get(key);
    if (done !== undefined) return done;
    if (open.size >= maxReferenceChain) throw tooLarge(`more than ${maxReferenceChain} variables name each other`, key);
    open.add(key);
    const value = replaceReferences(text, (reference) => {
      const name = cleanKey(reference);
      const sibling = own.get(name);
      const isFree = sibling !== undefined && !open.has(name);
      return isFree ? resolve(name, sibling) : resolveReference(reference, values);
    });
    open.delete(key);
    characters += key.length + value.length;
    if (characters > maxEnvironmentCharacters)
      throw tooLarge(`its variables have more than ${maxEnvironmentCharacters} characters together`, key);
    resolved.set(key, value);
    return value;
  };

  for (const key of [...own.keys()].sort()) resolve(key, own.get(key) ?? '');
  return { ...below, ...Object.fromEntries(resolved) };
}

function sizeOf(variables: Variables): number {
  let characters = 0;
  for (const [key, value] of Object.entries(variables)) characters += key.length + value.length;
  return characters;
}

function tooLarge(why: string, key: string): OrchError {
  return new OrchError('environment-too-large', `the environment of the task is too large: ${why}`, {
    hint: `look at the variable "${key}" and those it names; large data belongs into a file`,
    details: { recoverable: false },
  });
}
