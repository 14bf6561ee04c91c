// Kubernetes' quantities: `500m`, `1.5`, `64Mi`, `1e3`.

import type { Conversion } from '../read/conversion.ts';
import { describe, type Tree } from '../yaml/tree.ts';

const SCALE: Readonly<Record<string, number>> = {
  ...{ '': 1, m: 1e-3, u: 1e-6, n: 1e-9, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4, Pi: 1024 ** 5, Ei: 1024 ** 6 },
};

export function readQuantity(run: Conversion, tree: Tree): number | undefined {
  const found =
    tree.kind === 'scalar'
      ? /^(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,2})|([A-Za-z]{0,2}))$/.exec(tree.text.trim())
      : null;
  const scale = SCALE[found?.[3] ?? ''];
  if (found === null || scale === undefined) {
    run.error(tree, 'Wrong type', `Expected a quantity, found ${describe(tree)}.`, 'write it like 500m or 64Mi');
    return undefined;
  }
  return Number(found[1]) * 10 ** Number(found[2] ?? 0) * scale;
}
