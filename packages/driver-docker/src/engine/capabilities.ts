// Which Linux capabilities a container gets. All are dropped, then these are added.

import { capabilityName, DEFAULT_ALLOWED_CAPABILITIES } from '../node-config.ts';
import { deniedError } from './errors.ts';

/**
 * The engine's usual set without NET_RAW, as far as the node allows it, plus `add`, minus `drop`.
 * @throws DriverError `denied` when the node does not allow one of `add`.
 */
export function containerCapabilities(
  add: readonly string[],
  drop: readonly string[],
  allowed: readonly string[],
): readonly string[] {
  const allows = (name: string) => allowed.includes('ALL') || allowed.includes(name);
  const dropped = new Set(drop.map(capabilityName));
  const result = new Set(dropped.has('ALL') ? [] : DEFAULT_ALLOWED_CAPABILITIES.filter(allows));
  for (const name of dropped) result.delete(name);
  for (const name of add.map(capabilityName)) {
    if (!allows(name)) {
      const hint = 'Remove it, or allow it with allow_caps in plugin "docker" of the node.';
      throw deniedError(['cap_add'], `this node does not allow the capability ${name}`, hint);
    }
    result.add(name);
  }
  return [...result].sort();
}
