// Where a name belongs that stands in the wrong block.

import { jobBlock } from './blocks/job.ts';
import { type BlockSchema, isBlockType } from './field.ts';

/** Further steps than this from where the name stands are no suggestion: common names are in many blocks. */
const MAX_STEPS = 3;

interface Way {
  readonly steps: readonly string[];
  readonly isBlock: boolean;
}

/** Name of a field → the ways to the blocks that have it: `count` → ["group"], …; the job itself is the empty way. */
let ways: ReadonlyMap<string, readonly Way[]> | undefined;

function allWays(): ReadonlyMap<string, readonly Way[]> {
  if (ways !== undefined) return ways;
  const found = new Map<string, Way[]>();
  const visit = (schema: BlockSchema, way: readonly string[]) => {
    if (way.length > 5) return;
    for (const { hcl, type, deprecated } of schema.fields) {
      if (hcl === undefined || deprecated !== undefined) continue;
      const list = found.get(hcl) ?? [];
      list.push({ steps: way, isBlock: isBlockType(type) });
      found.set(hcl, list);
      if (isBlockType(type)) visit(type.block, [...way, hcl]);
    }
  };
  visit(jobBlock, []);
  ways = found;
  return found;
}

/** `group["web"].task["t"]` → ["group", "task"]. */
function wayOf(path: string): string[] {
  return path
    .replaceAll(/\["[^"]*"\]|\[\d+\]/g, '')
    .split('.')
    .filter((part) => part !== '');
}

/**
 * The nearest block that has a field of this name, as a hint: `"port" belongs into group > network`. Undefined when there
 * is none nearby. `path` is the field path of the block in which the name stands.
 */
export function belongsElsewhere(name: string, path: string, kind: 'attribute' | 'block'): string | undefined {
  const here = wayOf(path);
  let best: readonly string[] | undefined;
  let bestSteps = MAX_STEPS + 1;
  for (const { steps: way, isBlock } of allWays().get(name) ?? []) {
    if (isBlock !== (kind === 'block')) continue;
    const shared = way.findIndex((part, index) => part !== here[index]);
    const common = shared < 0 ? Math.min(way.length, here.length) : Math.min(shared, here.length);
    const steps = way.length - common + (here.length - common);
    if (steps === 0 || steps >= bestSteps) continue;
    best = way;
    bestSteps = steps;
  }
  if (best === undefined) return undefined;
  return `"${name}" belongs into ${best.length === 0 ? 'the job' : best.join(' > ')}`;
}
