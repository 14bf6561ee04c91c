// Pure planning: which plugin is run in which order with which environment and standard input.
import type { CniAttachment } from './attachment.ts';
import type { JsonObject } from './json.ts';
import type { CniPluginConfig } from './network.ts';
import type { CniResult } from './result.ts';

export type CniOperation = 'ADD' | 'CHECK' | 'DEL';

/** One run of one plugin, without its binary's path. */
export interface CniInvocation {
  readonly operation: CniOperation;
  readonly plugin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

/** The plugins of an operation in the order they are run. */
export function pluginOrder(operation: CniOperation, plugins: readonly CniPluginConfig[]): readonly CniPluginConfig[] {
  return operation === 'DEL' ? plugins.toReversed() : plugins;
}

/** True when versions of this and later give DEL the cached result and know CHECK. */
export function hasCheck(cniVersion: string): boolean {
  return !cniVersion.startsWith('0.3');
}

/**
 * Derives the execution configuration of one plugin: list's name and version, without `capabilities`, with
 * `runtimeConfig` for the declared capabilities that a value was given for, and with `prevResult`.
 * Source: CNI specification 1.0.0, "Section 4: Plugin execution" and "Deriving execution configuration".
 */
export function planInvocation(
  operation: CniOperation,
  attachment: CniAttachment,
  plugin: CniPluginConfig,
  prevResult: CniResult | undefined,
  binDirs: readonly string[],
): CniInvocation {
  const { capabilities, ...own } = plugin;
  const runtimeConfig = chosenCapabilities(capabilities as JsonObject | undefined, attachment.capabilities);
  const passesResult = prevResult !== undefined && (operation !== 'DEL' || hasCheck(attachment.network.cniVersion));
  const config: JsonObject = {
    ...own,
    cniVersion: attachment.network.cniVersion,
    name: attachment.network.name,
    ...(runtimeConfig === undefined ? {} : { runtimeConfig }),
    ...(passesResult ? { prevResult } : {}),
  };
  return {
    operation,
    plugin: plugin.type,
    env: {
      CNI_COMMAND: operation,
      CNI_CONTAINERID: attachment.containerId,
      CNI_NETNS: attachment.netns,
      CNI_IFNAME: attachment.ifName,
      CNI_PATH: binDirs.join(':'),
      ...(attachment.args === undefined ? {} : { CNI_ARGS: attachment.args }),
    },
    stdin: JSON.stringify(config),
  };
}

function chosenCapabilities(declared: JsonObject | undefined, given: JsonObject | undefined): JsonObject | undefined {
  if (declared === undefined || given === undefined) return undefined;
  const chosen = Object.entries(given).filter(([key, value]) => declared[key] === true && value !== undefined);
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
}
