// What the node can tell about its networks.
import { OrchError } from '../../lib/errors.ts';
import type { CniRunner } from './cni-runner.ts';
import { type CommandRunner, tryTool } from './command-runner.ts';

export interface CniFingerprint {
  /** `plugins.cni.version.<plugin>` → version; `network.tools.missing` names the host programs that are not there. */
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

/** What namespaces and published ports are made with, and the question each answers without doing anything. */
const hostTools: readonly (readonly [tool: string, question: string, debianPackage: string])[] = [
  ['ip', '-V', 'iproute2'],
  ['nft', '--version', 'nftables'],
  ['iptables-save', '--version', 'iptables'],
];

export async function cniFingerprint(cni: CniRunner, runner: CommandRunner): Promise<CniFingerprint> {
  const [plugins, listing, tools] = await Promise.all([cni.listPlugins(), cni.listNetworks(), missingTools(runner)]);
  const missing = bridgePlugins.filter((type) => !plugins.some((plugin) => plugin.type === type));
  const toolHint = `group networks need the programs ${tools.map(([tool]) => tool).join(', ')}: install the packages ${tools.map(([, , name]) => name).join(', ')}`;
  const pluginHint = `network mode "bridge" needs the CNI plugins ${missing.join(', ')}: install the package containernetworking-plugins`;
  const hints = [...(tools.length > 0 ? [toolHint] : []), ...(missing.length > 0 ? [pluginHint] : [])];
  return {
    attributes: {
      ...Object.fromEntries(plugins.map((plugin) => [`plugins.cni.version.${plugin.type}`, plugin.version])),
      ...(tools.length > 0 ? { 'network.tools.missing': tools.map(([tool]) => tool).join(', ') } : {}),
    },
    networks: listing.networks.map((network) => network.name).sort(),
    problems: listing.problems.map((problem) => problem.message),
    hasBridge: hints.length === 0,
    ...(hints.length === 0 ? {} : { hint: hints.join('; ') }),
  };
}

async function missingTools(runner: CommandRunner): Promise<typeof hostTools> {
  const found = await Promise.all(
    hostTools.map(async ([tool, question]) => {
      try {
        await tryTool(runner, [tool, question]);
        return true;
      } catch (error) {
        if (error instanceof OrchError && error.code === 'network-tool-missing') return false;
        throw error;
      }
    }),
  );
  return hostTools.filter((_, index) => !found[index]);
}
