// What a node says on its way to the journal: while there is no room it waits, and the link stays.

import { describeError } from '@orch/core/lib/errors';
import type { Connection } from '@orch/core/link/connection';
import type { NodeMessage, ServerMessage } from '@orch/core/link/messages';
import type { ServerContext } from '../config.ts';
import { mayWorkLater } from '../loops/resubmit.ts';

/** What could not be written for want of room is tried again after this. */
const keepAgainMs = 1_000;

/**
 * Writes what the node says. While there is no room it is tried again, until something newer of the same kind comes or
 * the link ends; any other failure ends the link. Resolves after the first try.
 */
export type Keep = (what: 'node' | 'status', write: () => Promise<void>, written?: () => void) => Promise<void>;

export function keeper(
  { clock, log }: ServerContext,
  connection: Connection<ServerMessage, NodeMessage>,
  nodeId: string,
): Keep {
  const newest = new Map<string, symbol>();
  let isClosed = false;
  connection.onClose(() => {
    isClosed = true;
  });
  return (what, write, written = () => {}) => {
    const own = Symbol(what);
    newest.set(what, own);
    const attempt = async (tries: number): Promise<void> => {
      if (isClosed || newest.get(what) !== own) return;
      try {
        await write();
        if (!isClosed) written();
      } catch (error) {
        if (!mayWorkLater(error))
          return connection.close(`what the node says could not be kept: ${describeError(error)}`);
        if (tries === 0) log.error('what a node says waits for room', { nodeId, what, error: describeError(error) });
        clock.after(keepAgainMs, () => void attempt(tries + 1));
      }
    };
    return attempt(0);
  };
}
