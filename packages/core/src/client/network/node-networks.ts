// The group networks of one node: order and locking around set-up, tear-down and reconcile.
import { describeError, OrchError } from '../../lib/errors.ts';
import { type Logger, silentLogger } from '../../lib/logger.ts';
import { checkNetwork } from './check.ts';
import type { CniRunner } from './cni-runner.ts';
import type { CommandRunner } from './command-runner.ts';
import { type BridgeNetworkOptions, defaultBridgeNetwork, defaultBridgeSubnet } from './default-network.ts';
import type {
  GroupNetworkCheck,
  GroupNetworkRequest,
  GroupNetworkStatus,
  GroupNetworks,
  NetworkReconcileReport,
} from './group-networks.ts';
import { type HostNetworkFiles, hostNetworkFiles } from './host-files.ts';
import { networkNames } from './names.ts';
import { namespacePath } from './namespaces.ts';
import type { NetworkContext } from './network-context.ts';
import { planGroupNetworks } from './network-modes.ts';
import type { NetworkRecordStore } from './network-record.ts';
import { reconcileNetworks } from './reconcile.ts';
import { recordBook } from './record-book.ts';
import { ruleWriter } from './rule-writer.ts';
import { keyedLanes, type SerialLane, serialLane, warmLane } from './serial-lane.ts';
import { hostStatus, setUpNamespace } from './set-up.ts';
import { noteNodeBefore, removeSharedParts } from './shared-parts.ts';
import { tearDownNamespace } from './tear-down.ts';

export interface NodeNetworksOptions {
  readonly runner: CommandRunner;
  readonly cni: CniRunner;
  readonly store: NetworkRecordStore;
  /** `device` and `subnet` have defaults; `addressDir` belongs below the agent's data directory. */
  readonly bridge: Partial<BridgeNetworkOptions> & Pick<BridgeNetworkOptions, 'addressDir'>;
  readonly files?: HostNetworkFiles;
  readonly logger?: Logger;
  /** Begins the names of all that orch makes in the kernel. Two agents on one machine need two. @default `orch` */
  readonly word?: string;
}

const pluginsAtATime = 4;

/** @throws OrchError `network-invalid` when the bridge's options are wrong. */
export function createGroupNetworks(options: NodeNetworksOptions): GroupNetworks {
  const { runner, cni } = options;
  const word = options.word ?? 'orch';
  const names = networkNames(word);
  const iptablesLane = serialLane();
  const device = options.bridge.bridge ?? `${word}0`;
  const subnet = options.bridge.subnet ?? defaultBridgeSubnet;
  return new NodeNetworks({
    runner,
    cni,
    files: options.files ?? hostNetworkFiles,
    logger: options.logger ?? silentLogger,
    names,
    records: recordBook(options.store),
    rules: ruleWriter({ runner, names, iptablesLane }),
    iptablesLane,
    pluginLane: warmLane(pluginsAtATime),
    bridge: { device, subnet, network: defaultBridgeNetwork(names, { ...options.bridge, bridge: device, subnet }) },
  });
}

class NodeNetworks implements GroupNetworks {
  readonly #context: NetworkContext;
  /** One thing at a time for an allocation. */
  readonly #lanes = keyedLanes();
  /** What is shared is made and removed one at a time. */
  readonly #sharedLane: SerialLane = serialLane();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Set-ups between their beginning and the end of their record: what is shared must not go meanwhile. */
  #settingUp = 0;
  #isClosed = false;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  setUp(request: GroupNetworkRequest, options: { readonly signal?: AbortSignal } = {}): Promise<GroupNetworkStatus> {
    const plan = planGroupNetworks(request);
    if (plan.kind === 'host') return Promise.resolve(hostStatus(request, plan));
    return this.#track(request.allocationId, async () => {
      const existing = await this.#standing(request.allocationId);
      if (existing !== undefined) return existing;
      await this.#remove(request.allocationId);
      this.#settingUp += 1;
      try {
        await this.#sharedLane(() => noteNodeBefore(this.#context));
        return await setUpNamespace(this.#context, request, plan, options.signal);
      } catch (error) {
        const { plugin } = error as { readonly plugin?: unknown };
        const failedPlugin = typeof plugin === 'string' ? plugin : undefined;
        const left = await this.#remove(request.allocationId, failedPlugin).catch((removal: unknown) => removal);
        throw setUpError(request, error, left);
      } finally {
        this.#settingUp -= 1;
        // The outcome of the set-up is the news here; the next clean-up tries what is shared again.
        await this.#removeSharedWhenIdle().catch((error: unknown) => this.#warn(error));
      }
    });
  }

  async find(allocationId: string): Promise<GroupNetworkStatus | undefined> {
    return (await this.#context.records.all()).get(allocationId)?.status;
  }

  tearDown(allocationId: string): Promise<void> {
    return this.#track(allocationId, async () => {
      await this.#remove(allocationId);
      await this.#removeSharedWhenIdle();
    });
  }

  check(allocationId: string): Promise<GroupNetworkCheck> {
    return this.#track(allocationId, async () => {
      const record = (await this.#context.records.all()).get(allocationId);
      if (record === undefined) return { healthy: false, problems: [`allocation ${allocationId} has no network`] };
      return await checkNetwork(this.#context, record);
    });
  }

  reconcile(liveAllocationIds: readonly string[]): Promise<NetworkReconcileReport> {
    return this.#track('', async () => {
      const report = await reconcileNetworks(this.#context, new Set(liveAllocationIds), this.#lanes);
      // An agent killed while it removed what is shared left no allocation's record, only the node's.
      try {
        await this.#removeSharedWhenIdle();
        return report;
      } catch (error) {
        return { ...report, problems: [...report.problems, describeError(error)] };
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  /** The status of a network that needs nothing done; its ports are published again if this process has not yet. */
  async #standing(allocationId: string): Promise<GroupNetworkStatus | undefined> {
    const { records, rules, files } = this.#context;
    const record = (await records.all()).get(allocationId);
    if (record?.phase !== 'up' || record.status === undefined) return undefined;
    if (!(await files.isNamespace(namespacePath(record.namespaceName)))) return undefined;
    if (record.mappings.length > 0 && !rules.published().some((known) => known.allocationId === allocationId)) {
      rules.put({ allocationId, mappings: record.mappings, routes: record.routes });
      await rules.write();
    }
    return record.status;
  }

  async #remove(allocationId: string, failedPlugin?: string): Promise<void> {
    const record = (await this.#context.records.all()).get(allocationId);
    if (record !== undefined) await tearDownNamespace(this.#context, record, { failedPlugin });
  }

  #warn(error: unknown): void {
    this.#context.logger.warn('what groups share could not be removed', { error: describeError(error) });
  }

  #removeSharedWhenIdle(): Promise<void> {
    return this.#sharedLane(async () => {
      if (this.#settingUp > 0 || (await this.#context.records.all()).size > 0) return;
      if ((await this.#context.records.node()) === undefined) return;
      await removeSharedParts(this.#context);
    });
  }

  async #track<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new OrchError('network-closed', 'the group networks of this agent are closed');
    const running = this.#lanes(key, work);
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }
}

function setUpError(request: GroupNetworkRequest, error: unknown, left: unknown): OrchError {
  const { allocationId, groupName } = request;
  const own = error as { readonly code?: unknown; readonly hint?: unknown };
  const isUnknown = own.code === 'network-unknown';
  const code = error instanceof OrchError ? error.code : isUnknown ? 'network-unknown' : 'network-failed';
  if (error instanceof OrchError && left === undefined) return error;
  const remains = left === undefined ? '' : `; and what was made could not be removed (${describeError(left)})`;
  return new OrchError(code, `the network of group "${groupName}" could not be set up${remains}`, {
    cause: error,
    details: { allocationId },
    ...(typeof own.hint === 'string' ? { hint: own.hint } : {}),
  });
}
