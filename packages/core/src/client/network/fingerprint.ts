// What the node can tell about its networks.
import type { CniRunner } from './cni-runner.ts';

export interface CniFingerprint {
  /** `plugins.cni.version.<plugin>` → version. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Names for `mode = "cni/<name>"`. */
  readonly networks: readonly string[];
  /** Configuration files that cannot be read, one sentence each. */
  readonly problems: readonly string[];
  /** True when `mode = "bridge"` can work. */
  readonly hasBridge: boolean;
  /** The mend when it cannot. */
  readonly hint?: string;
}

const bridgePlugins = ['bridge', 'firewall', 'host-local'];

export async function cniFingerprint(cni: CniRunner): Promise<CniFingerprint> {
  const [plugins, listing] = await Promise.all([cni.listPlugins(), cni.listNetworks()]);
  const missing = bridgePlugins.filter((type) => !plugins.some((plugin) => plugin.type === type));
  return {
    attributes: Object.fromEntries(plugins.map((plugin) => [`plugins.cni.version.${plugin.type}`, plugin.version])),
    networks: listing.networks.map((network) => network.name).sort(),
    problems: listing.problems.map((problem) => problem.message),
    hasBridge: missing.length === 0,
    ...(missing.length === 0
      ? {}
      : {
          hint: `network mode "bridge" needs the CNI plugins ${missing.join(', ')}: install the package containernetworking-plugins`,
        }),
  };
}
