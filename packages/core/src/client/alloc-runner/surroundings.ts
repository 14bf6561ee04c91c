// What is around an allocation's tasks: its directories, its place on the node, its network. Made and taken away by hooks.

import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { AllocationNetworkStatus } from '../../model/network.ts';
import type { AllocLayout } from '../alloc-dir/layout.ts';
import type { GroupNetworkStatus } from '../network/group-networks.ts';
import type { AllocFacts } from '../task-runner/task-context.ts';
import type { AllocContext } from './alloc-context.ts';
import type { AllocHook } from './alloc-hook.ts';
import { allocDirHook } from './hooks/alloc-dir-hook.ts';
import { networkHook } from './hooks/network-hook.ts';
import { previousDiskHook } from './hooks/previous-disk-hook.ts';
import { vacatedHook } from './hooks/vacated-hook.ts';

/** The allocation they belong to. */
export interface SurroundingsOwner {
  facts(): AllocFacts;
  readonly layout: AllocLayout;
  readonly log: Logger;
}

export class Surroundings {
  readonly #context: AllocContext;
  readonly #owner: SurroundingsOwner;
  readonly #hooks: readonly AllocHook[];
  #network: GroupNetworkStatus | undefined;

  /** @param network as an earlier agent knew it */
  constructor(context: AllocContext, owner: SurroundingsOwner, network: GroupNetworkStatus | undefined) {
    this.#context = context;
    this.#owner = owner;
    this.#network = network;
    this.#hooks = [
      allocDirHook(),
      vacatedHook(context.untilVacated),
      previousDiskHook(context.dataDir),
      networkHook({
        networks: context.networks,
        interpolation: (facts) => context.language.group({ ...facts, node: context.node() }),
        onStatus: (status) => {
          this.#network = status;
        },
      }),
    ];
  }

  /** Absent before the network is made. */
  get network(): GroupNetworkStatus | undefined {
    return this.#network;
  }

  /** The model's part of the network; absent in host mode. Where the namespace lies is the node's own business. */
  get networkStatus(): AllocationNetworkStatus | undefined {
    if (this.#network === undefined || this.#network.kind === 'host') return undefined;
    const { interfaceName, address, addressIpv6, dns, interfaces } = this.#network;
    return {
      interfaceName,
      address,
      interfaces,
      ...(addressIpv6 === undefined ? {} : { addressIpv6 }),
      ...(dns === undefined ? {} : { dns }),
    };
  }

  /** May be called again for what stands. */
  async setUp(signal: AbortSignal): Promise<void> {
    for (const hook of this.#hooks) {
      signal.throwIfAborted();
      await hook.setUp?.(this.#hookContext(signal));
    }
  }

  /** Every hook has its turn; what fails is logged and tried again when the allocation is collected. */
  async tearDown(): Promise<void> {
    const context = this.#hookContext(new AbortController().signal);
    for (const hook of [...this.#hooks].reverse()) {
      try {
        await hook.tearDown?.(context);
      } catch (error) {
        this.#owner.log.error('an allocation could not be torn down completely', {
          hook: hook.name,
          error: describeError(error),
        });
      }
    }
  }

  #hookContext(signal: AbortSignal) {
    const { layout, log } = this.#owner;
    return { facts: this.#owner.facts(), layout, tools: this.#context.tools, log, signal };
  }
}
