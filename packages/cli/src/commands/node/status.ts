// `node status`: the list of nodes, or one node.

import type { ApiClient } from '@orch/api';
import { findNode } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, jsonFlag, OrchCommand } from '../../orch-command.ts';
import { renderNode, renderNodeList } from '../../render/node-status.ts';

export default class NodeStatus extends OrchCommand {
  static override summary = 'List nodes, or show one';
  static override examples = ['<%= config.bin %> node status', '<%= config.bin %> node status -self'];
  static override args = {
    node: Args.string({ ignoreStdin: true, description: 'id of the node or its name, or the beginning of it' }),
  };
  static override flags = {
    ...apiFlags,
    ...jsonFlag,
    verbose: Flags.boolean({ description: 'whole ids and all attributes' }),
    self: Flags.boolean({ description: 'the node of the agent that is asked' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(NodeStatus);
    const api = await this.api(flags);
    if (args.node === undefined && !flags.self) {
      const { value } = await api.nodes.list();
      return flags.json ? this.printJson(value) : this.log(renderNodeList(value, flags.verbose));
    }
    const id = await this.#id(api, args.node);
    const [node, allocations] = await Promise.all([api.nodes.read(id), api.nodes.allocations(id)]);
    if (flags.json) this.printJson(node.value);
    else this.log(renderNode(node.value, allocations.value, { verbose: flags.verbose, nowMs: Date.now() }));
  }

  async #id(api: ApiClient, named: string | undefined): Promise<string> {
    if (named !== undefined) return findNode(api, named);
    const { value } = await api.agent.self();
    return findNode(api, String(value.stats['client']?.['node_id'] ?? value.config.NodeName));
  }
}
