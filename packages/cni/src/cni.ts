// The door of this package: configurations, plugins and attachments behind one object.
import { type CniAttachment, formatArgs } from './attachment.ts';
import { CniError } from './cni-error.ts';
import { type CniFiles, hostFiles } from './files.ts';
import type { CniNetwork } from './network.ts';
import { findNetwork, listNetworks, type NetworkListing } from './network-dirs.ts';
import {
  addAttachment,
  type CniCallOptions,
  type CniCheckProblem,
  type CniContext,
  checkAttachmentState,
  deleteAttachment,
  findBinaries,
} from './operations.ts';
import { defaultBinDirs, listPlugins } from './plugin-dirs.ts';
import type { CniResult } from './result.ts';
import type { CniRun } from './run-plugin.ts';
import { type CniPluginVersion, probePlugin } from './version.ts';

export const defaultConfigDirs: readonly string[] = ['/opt/cni/config', '/etc/cni/net.d'];

export interface CniOptions {
  readonly run: CniRun;
  readonly files?: CniFiles;
  /** Searched in order for binaries. @default defaultBinDirs */
  readonly binDirs?: readonly string[];
  /** Searched in order for configurations. @default defaultConfigDirs */
  readonly configDirs?: readonly string[];
  /** PATH of the plugins. */
  readonly path?: string;
  /** Milliseconds until one plugin run is given up and killed. @default 30000 */
  readonly timeoutMs?: number;
}

export interface Cni {
  /** All configured networks and the files that cannot be read. */
  listNetworks(): Promise<NetworkListing>;
  /** @throws CniError `network-unknown`, `config-invalid` */
  findNetwork(name: string): Promise<CniNetwork>;
  /** @throws CniError `plugin-missing` when a binary of the network is nowhere: before anything is done. */
  requirePlugins(network: CniNetwork): Promise<void>;
  /** Every plugin found with its versions, by name. */
  listPlugins(): Promise<readonly CniPluginVersion[]>;
  /** @throws CniError `arguments-invalid` */
  formatArgs(args: Readonly<Record<string, string>>): string;
  add(attachment: CniAttachment, options?: CniCallOptions): Promise<CniResult>;
  check(attachment: CniAttachment, options?: { readonly signal?: AbortSignal }): Promise<readonly CniCheckProblem[]>;
  delete(attachment: CniAttachment, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Deletes all attachments whose container id is not in `validContainerIds`, one after another, and goes on after
   * errors. This is the specification's GC for plugins that do not know it.
   */
  sweep(
    attachments: readonly CniAttachment[],
    validContainerIds: ReadonlySet<string>,
  ): Promise<{ readonly deleted: readonly CniAttachment[]; readonly errors: readonly CniError[] }>;
}

export function createCni(options: CniOptions): Cni {
  const files = options.files ?? hostFiles;
  const binDirs = options.binDirs ?? defaultBinDirs;
  const configDirs = options.configDirs ?? defaultConfigDirs;
  const context: CniContext = {
    run: options.run,
    files,
    binDirs,
    path: options.path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    timeoutMs: options.timeoutMs ?? 30_000,
  };
  return {
    listNetworks: () => listNetworks(configDirs, files),
    findNetwork: (name) => findNetwork(name, configDirs, files),
    async requirePlugins(network) {
      await findBinaries(network, context);
    },
    async listPlugins() {
      const found = await listPlugins(binDirs, files);
      const probes = [...found].map(([type, binary]) => probePlugin(type, binary, options.run));
      return (await Promise.all(probes)).filter((plugin) => plugin !== undefined);
    },
    formatArgs,
    add: (attachment, call) => addAttachment(attachment, context, call),
    check: (attachment, call) => checkAttachmentState(attachment, context, call),
    delete: (attachment, call) => deleteAttachment(attachment, context, call),
    async sweep(attachments, validContainerIds) {
      const deleted: CniAttachment[] = [];
      const errors: CniError[] = [];
      for (const attachment of attachments) {
        if (validContainerIds.has(attachment.containerId)) continue;
        try {
          await deleteAttachment(attachment, context);
          deleted.push(attachment);
        } catch (error) {
          if (!(error instanceof CniError)) throw error;
          errors.push(error);
        }
      }
      return { deleted, errors };
    },
  };
}
