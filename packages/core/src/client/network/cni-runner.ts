// What this room needs from a CNI runtime. The agent hands one in.
import type { JsonObject } from '@orch/driver-api';

/** A network configuration as its file says; stored with the allocation, since DEL must be given the same. */
export interface CniNetworkConfig {
  readonly name: string;
  readonly cniVersion: string;
  readonly disableCheck: boolean;
  readonly plugins: readonly (JsonObject & { readonly type: string })[];
  readonly file?: string;
}

export interface CniAttachmentRecord {
  readonly network: CniNetworkConfig;
  readonly containerId: string;
  readonly netns: string;
  readonly ifName: string;
  readonly args?: string;
  readonly capabilities?: JsonObject;
  readonly result?: JsonObject;
}

export interface CniRunner {
  listNetworks(): Promise<{
    readonly networks: readonly { readonly name: string }[];
    readonly problems: readonly Error[];
  }>;
  findNetwork(name: string): Promise<CniNetworkConfig>;
  /** Throws when a binary of the network is missing. */
  requirePlugins(network: CniNetworkConfig): Promise<void>;
  listPlugins(): Promise<readonly { readonly type: string; readonly version: string }[]>;
  formatArgs(args: Readonly<Record<string, string>>): string;
  add(
    attachment: CniAttachmentRecord,
    options?: { readonly signal?: AbortSignal; readonly onResult?: (result: JsonObject) => Promise<void> },
  ): Promise<JsonObject>;
  check(attachment: CniAttachmentRecord): Promise<readonly { readonly error: Error; readonly advisory: boolean }[]>;
  delete(attachment: CniAttachmentRecord): Promise<void>;
}
