// A mistyped command: which one was probably meant. oclif itself only says that there is none.

import { nearestName } from '@orch/core/lib/nearest-name';

/**
 * The message for a command line whose command does not exist; undefined when it does. `ids` are command ids such as
 * `job:run`, and aliases such as `run`.
 */
export function unknownCommand(argv: readonly string[], ids: readonly string[]): string | undefined {
  const [first, second] = argv;
  if (first === undefined || first.startsWith('-')) return undefined;
  const firstWords = [...new Set(ids.map((id) => id.split(':')[0] ?? ''))];
  if (!firstWords.includes(first)) return message(first, nearestName(first, firstWords), firstWords);
  const verbs = ids.filter((id) => id.startsWith(`${first}:`)).map((id) => id.slice(first.length + 1));
  if (ids.includes(first) || second === undefined || second.startsWith('-') || verbs.includes(second)) return undefined;
  const nearest = nearestName(second, verbs);
  return message(
    `${first} ${second}`,
    nearest === undefined ? undefined : `${first} ${nearest}`,
    verbs.map((verb) => `${first} ${verb}`),
  );
}

function message(given: string, nearest: string | undefined, known: readonly string[]): string {
  const mend = nearest === undefined ? `known: ${[...known].sort().join(', ')}` : `did you mean "${nearest}"?`;
  return `Error: there is no command "${given}" (${mend})`;
}
