// What the rules on the node are rendered from.
import type { PortMapping } from './port-mapping.ts';

/** A host-side device that leads to a network of orch's. */
export interface NetworkRoute {
  readonly device: string;
  /** `10.1.0.0/24` */
  readonly subnet: string;
}

/** One allocation's part. */
export interface PublishedAllocation {
  readonly allocationId: string;
  readonly mappings: readonly PortMapping[];
  readonly routes: readonly NetworkRoute[];
}

/** Routes of all allocations, each once, in a fixed order. */
export function distinctRoutes(allocations: readonly PublishedAllocation[]): NetworkRoute[] {
  const routes = new Map(
    allocations.flatMap((allocation) =>
      allocation.routes.map((route) => [`${route.device} ${route.subnet}`, route] as const),
    ),
  );
  return [...routes.keys()].sort().flatMap((key) => routes.get(key) ?? []);
}
