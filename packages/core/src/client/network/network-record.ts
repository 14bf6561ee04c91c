// What is stored of an allocation's network, so that it can be removed after a crash at any moment.
import type { JsonObject } from '@orch/driver-api';
import { OrchError } from '../../lib/errors.ts';
import type { CniAttachmentRecord } from './cni-runner.ts';
import type { GroupNetworkStatus } from './group-networks.ts';
import type { PortMapping } from './port-mapping.ts';
import type { NetworkRoute } from './published-state.ts';

/**
 * ```
 *   (none) ── intent stored ──▶ setting-up ── all in place ──▶ up ── removal begins ──▶ tearing-down ──▶ (none)
 *                                   └────────── failed ───────────────────────────────────▲
 * ```
 * Each step is stored before it is made.
 */
export type NetworkPhase = 'setting-up' | 'up' | 'tearing-down';

export interface NetworkRecord {
  readonly version: 1;
  readonly allocationId: string;
  readonly phase: NetworkPhase;
  readonly namespaceName: string;
  readonly attachments: readonly CniAttachmentRecord[];
  readonly mappings: readonly PortMapping[];
  readonly routes: readonly NetworkRoute[];
  /** Devices whose `route_localnet` was turned on, with the value before. */
  readonly devices: readonly { readonly name: string; readonly before: string }[];
  /** Present once up. */
  readonly status?: GroupNetworkStatus;
}

/** Facts about the node that are true while any allocation has a network. */
export interface NodeNetworkRecord {
  readonly version: 1;
  /** The chain was there before orch: it is not orch's to remove. */
  readonly hadCniForward: boolean;
}

/** Keeps JSON durably under a key. Keys are allocation ids, and `node`. */
export interface NetworkRecordStore {
  /** Resolves when it would survive a power cut. */
  save(key: string, value: JsonObject): Promise<void>;
  load(key: string): Promise<JsonObject | undefined>;
  list(): Promise<readonly string[]>;
  /** An unknown key is success. */
  remove(key: string): Promise<void>;
}

/** @throws OrchError `network-record-invalid` */
export function readNetworkRecord(key: string, value: JsonObject): NetworkRecord {
  if (value['version'] !== 1 || value['allocationId'] !== key || !Array.isArray(value['attachments'])) {
    throw new OrchError('network-record-invalid', `the stored network of allocation ${key} cannot be read`, {
      hint: 'it was written by a newer version, or damaged: remove the record and the namespace by hand',
    });
  }
  return value as unknown as NetworkRecord;
}

/** Addresses of an attachment's result, without prefix length. */
export function attachmentAddresses(attachment: CniAttachmentRecord): string[] {
  const ips = attachment.result?.['ips'];
  if (!Array.isArray(ips)) return [];
  return ips.flatMap((ip: { readonly address?: unknown }) => {
    const address = typeof ip.address === 'string' ? ip.address.split('/')[0] : undefined;
    return address === undefined || address === '' ? [] : [address];
  });
}
