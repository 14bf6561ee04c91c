// One container's interface on one network: everything DEL and CHECK need, JSON-safe.
import { CniError } from './cni-error.ts';
import type { JsonObject } from './json.ts';
import type { CniNetwork } from './network.ts';
import type { CniResult } from './result.ts';

/**
 * What was asked for and what came of it. Store it before ADD (without `result`) and again after: DEL must be given the
 * same configuration, arguments and capabilities, or plugins leak rules.
 */
export interface CniAttachment {
  readonly network: CniNetwork;
  readonly containerId: string;
  /** Path of the network namespace. */
  readonly netns: string;
  readonly ifName: string;
  /** `K=V;K2=V2`, see `formatArgs`. */
  readonly args?: string;
  /** Values for the capabilities that plugins declare, such as `portMappings`. */
  readonly capabilities?: JsonObject;
  /** The last plugin's answer to ADD, as it gave it. */
  readonly result?: CniResult;
}

/** @throws CniError `arguments-invalid`. Source: CNI specification 1.0.0, "Parameters", and the kernel's limits for interface names. */
export function checkAttachment(attachment: CniAttachment): void {
  const { containerId, ifName, args } = attachment;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(containerId)) {
    throw new CniError(
      'arguments-invalid',
      `container id ${JSON.stringify(containerId)}: only letters, digits, ".", "_" and "-"`,
    );
  }
  if (ifName.length === 0 || ifName.length > 15 || ifName === '.' || ifName === '..' || /[/:\s]/.test(ifName)) {
    throw new CniError(
      'arguments-invalid',
      `interface name ${JSON.stringify(ifName)}: 1 to 15 characters without "/", ":" and spaces`,
    );
  }
  if (args?.includes('\0')) throw new CniError('arguments-invalid', 'CNI_ARGS: NUL is not allowed');
}

/**
 * Formats CNI_ARGS in the order given.
 * @throws CniError `arguments-invalid` naming the key, when a key or value holds `;`, a key `=`, or either NUL.
 */
export function formatArgs(args: Readonly<Record<string, string>>): string {
  return Object.entries(args)
    .map(([key, value]) => {
      if (key === '' || /[=;\0]/.test(key)) {
        throw new CniError(
          'arguments-invalid',
          `cni args: ${JSON.stringify(key)}: a key is not empty and has no "=" and no ";"`,
        );
      }
      if (/[;\0]/.test(value))
        throw new CniError('arguments-invalid', `cni args: ${key}: ";" is not allowed in a value`);
      return `${key}=${value}`;
    })
    .join(';');
}
