// A difference as lines, each with the whole way to it, so that two differences can be compared and told apart.

interface Field {
  readonly Type: string;
  readonly Name: string;
  readonly Old: string;
  readonly New: string;
}
export interface Part {
  readonly Type: string;
  readonly Name?: string;
  readonly Fields: readonly Field[] | null;
  readonly Objects: readonly Part[] | null;
  readonly TaskGroups?: readonly Part[] | null;
  readonly Tasks?: readonly Part[] | null;
}

/** `Edited group g > Edited task t > Edited Resources > Edited CPU: "100" -> "200"`. */
export function diffLines(diff: Part, way = ''): readonly string[] {
  const inner = (kind: string) => (part: Part) => {
    const label = part.Name === 'Constraint' ? ` of ${targetOf(part)}` : '';
    const here = `${way}${part.Type} ${kind}${part.Name ?? ''}${label}`;
    return [here, ...diffLines(part, `${here} > `)];
  };
  return [
    ...(diff.Fields ?? []).map(({ Type, Name, Old, New }) => `${way}${Type} ${Name}: ${JSON.stringify([Old, New])}`),
    ...(diff.Objects ?? []).flatMap(inner('')),
    ...(diff.TaskGroups ?? []).flatMap(inner('group ')),
    ...(diff.Tasks ?? []).flatMap(inner('task ')),
  ];
}

function targetOf(constraint: Part): string {
  const field = (constraint.Fields ?? []).find((candidate) => candidate.Name === 'LTarget');
  return field === undefined ? '' : field.New || field.Old;
}

/** What only one side has, in order, and what both have in the order of each. */
export function compareLines(ours: readonly string[], peer: readonly string[]) {
  const onlyOurs = without(ours, peer);
  const onlyPeer = without(peer, ours);
  return { onlyOurs, onlyPeer, inBoth: [without(ours, onlyOurs), without(peer, onlyPeer)] as const };
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}
