// The one error class of this package and the hints that go with what plugins say.
import type { JsonValue } from './json.ts';

/**
 * What went wrong, for code:
 * - `config-invalid`: a configuration file cannot be read as one (`file`, `field` in the message);
 * - `network-unknown`: no configuration has that name;
 * - `plugin-missing`: a plugin's binary is in none of the directories;
 * - `plugin-failed`: the plugin answered with an error object (`cniCode`, `pluginMessage`);
 * - `plugin-crashed`: it ended without an error object;
 * - `plugin-garbage`: it ended well but its answer is not a result;
 * - `plugin-timeout`: it did not end in time;
 * - `plugin-not-started`: the binary could not be run at all;
 * - `canceled`: the caller's signal aborted;
 * - `arguments-invalid`: a container id, interface name or CNI_ARGS value the specification forbids.
 */
export type CniErrorCode =
  | 'config-invalid'
  | 'network-unknown'
  | 'plugin-missing'
  | 'plugin-failed'
  | 'plugin-crashed'
  | 'plugin-garbage'
  | 'plugin-timeout'
  | 'plugin-not-started'
  | 'canceled'
  | 'arguments-invalid';

export interface CniErrorOptions {
  readonly hint?: string | undefined;
  readonly plugin?: string | undefined;
  readonly configFile?: string | undefined;
  readonly cniCode?: number | undefined;
  readonly pluginMessage?: string | undefined;
  readonly pluginDetails?: JsonValue | undefined;
  readonly cause?: unknown;
}

export class CniError extends Error {
  override readonly name = 'CniError';
  readonly code: CniErrorCode;
  readonly hint: string | undefined;
  readonly plugin: string | undefined;
  readonly configFile: string | undefined;
  /** The plugin's own error code: 1–99 by the specification, 100 and above the plugin's. */
  readonly cniCode: number | undefined;
  readonly pluginMessage: string | undefined;
  readonly pluginDetails: JsonValue | undefined;

  constructor(code: CniErrorCode, message: string, options: CniErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.plugin = options.plugin;
    this.configFile = options.configFile;
    this.cniCode = options.cniCode;
    this.pluginMessage = options.pluginMessage;
    this.pluginDetails = options.pluginDetails;
  }

  /** True for the specification's "try again later" (code 11). */
  get retryable(): boolean {
    return this.cniCode === 11;
  }
}

const messageHints: readonly (readonly [RegExp, string])[] = [
  [/no IP addresses available/i, 'the subnet is used up: widen it in the configuration or stop something that uses it'],
  [/executable file not found.*(iptables|ip6tables)|could not initialize iptables/i, 'install iptables'],
  [/operation not permitted|permission denied/i, 'the agent must run as root with CAP_NET_ADMIN and CAP_SYS_ADMIN'],
  [/operation not supported/i, 'the kernel lacks this kind of interface: use another plugin type'],
  [
    /already has an IP address different/i,
    'another network uses this bridge: give the bridge another name or the same subnet',
  ],
  [/failed to (open|Statfs) netns|no such file or directory.*netns/i, 'the network namespace is gone'],
];

/** A sentence for the person, from the plugin's code and message. Source of the codes: CNI specification 1.0.0, "Error". */
export function hintFor(cniCode: number | undefined, message: string): string | undefined {
  for (const [pattern, hint] of messageHints) if (pattern.test(message)) return hint;
  switch (cniCode) {
    case 1:
      return 'set a cniVersion in the configuration that this plugin supports, or install newer plugins';
    case 2:
    case 6:
    case 7:
      return 'correct the network configuration';
    case 5:
      return 'look at the disk and at the permissions of the plugin and its data directory';
    case 11:
      return 'try again later';
    default:
      return undefined;
  }
}
