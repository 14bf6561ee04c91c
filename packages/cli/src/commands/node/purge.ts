// `node purge`: forgets a node that will not come back, or whose record is damaged.

import { findNode } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, CommandFailure, OrchCommand } from '../../orch-command.ts';

export default class NodePurge extends OrchCommand {
  static override summary = 'Forget a node; what it ran is replaced';
  static override description =
    'For a node that will not come back, and for one whose record is damaged. A node whose agent lives registers anew, and what it ran is replaced all the same: that is done with -force only.';
  static override examples = ['<%= config.bin %> node purge 0a1b2c3d'];
  static override args = {
    node: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'id of the node or its name, or the beginning of it',
    }),
  };
  static override flags = {
    ...apiFlags,
    force: Flags.boolean({ description: 'also a node that is ready' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(NodePurge);
    const api = await this.api(flags);
    const id = await findNode(api, args.node);
    const { value: node } = await api.nodes.read(id);
    if (node.Status === 'ready' && !flags.force)
      throw new CommandFailure(`Error: node "${id}" is ready; stop its agent first, or add --force`);
    const { EvalIDs } = await api.nodes.purge(id);
    const count = EvalIDs.length;
    this.say(
      `Node "${id}" is forgotten; ${count} ${count === 1 ? 'evaluation looks' : 'evaluations look'} at what it ran`,
    );
  }
}
