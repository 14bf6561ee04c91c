// Groups nodes by the values that spreads and distinct properties read: nodes of one cluster get the same from both.

import type { Node } from '../../model/node.ts';
import type { GroupAsk } from './ask.ts';

export interface Cluster {
  /** One value per spread of the ask. */
  readonly spreadValues: readonly (string | undefined)[];
  /** One value per distinct property of the ask. */
  readonly propertyValues: readonly (string | undefined)[];
}

export interface Clustering {
  readonly clusters: readonly Cluster[];
  /** Row → cluster; `undefined` when all rows are of one cluster. */
  readonly clusterOf: Int32Array | undefined;
}

export function clusterRows(nodes: readonly Node[], ask: GroupAsk): Clustering {
  if (ask.spreads.length === 0 && ask.distinctProperties.length === 0) {
    return { clusters: [{ spreadValues: [], propertyValues: [] }], clusterOf: undefined };
  }
  const clusters: Cluster[] = [];
  const known = new Map<string, number>();
  const clusterOf = new Int32Array(nodes.length);
  nodes.forEach((node, row) => {
    const spreadValues = ask.spreads.map((spread) => spread.read(node));
    const propertyValues = ask.distinctProperties.map((property) => property.read(node));
    const key = JSON.stringify([spreadValues, propertyValues]);
    let cluster = known.get(key);
    if (cluster === undefined) {
      cluster = clusters.length;
      known.set(key, cluster);
      clusters.push({ spreadValues, propertyValues });
    }
    clusterOf[row] = cluster;
  });
  return { clusters, clusterOf };
}
