// The check that the driver of each task runs on the node.

import type { Node } from '../../model/node.ts';
import { type CheckFailure, filtered } from './check.ts';

/** The cheap form of the check. */
export function hasDriver(driver: string, node: Node): boolean {
  const found = node.drivers[driver];
  return found?.detected === true && found.healthy;
}

export function checkDriver(driver: string, node: Node): CheckFailure | undefined {
  const found = Object.hasOwn(node.drivers, driver) ? node.drivers[driver] : undefined;
  if (found === undefined) {
    const known = Object.keys(node.drivers).sort().join(', ') || 'none';
    return filtered(
      'driver',
      `missing driver ${driver}`,
      `driver ${driver}: not enabled on the node (it has ${known})`,
      `enable the driver ${driver} in the agent's configuration, or use another driver`,
    );
  }
  if (!found.detected) {
    return filtered(
      'driver',
      `missing driver ${driver}`,
      `driver ${driver}: not detected`,
      found.description || undefined,
    );
  }
  if (!found.healthy) {
    return filtered(
      'driver',
      `unhealthy driver ${driver}`,
      `driver ${driver}: unhealthy`,
      found.description || undefined,
    );
  }
  return undefined;
}
