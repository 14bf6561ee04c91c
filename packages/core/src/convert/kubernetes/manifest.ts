// Kubernetes manifests as a whole.

import type { Part } from '../draft.ts';
import type { Conversion } from '../read/conversion.ts';
import type { Tree } from '../yaml/tree.ts';

export function kubernetesJob(trees: readonly Tree[], run: Conversion): Part | undefined {
  void trees;
  void run;
  return undefined;
}
