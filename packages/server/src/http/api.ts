// What endpoints are made from.

import type { NodeId } from '@orch/core/model/ids';
import type { ServerContext } from '../config.ts';
import type { LinkServer } from '../link/link-server.ts';
import type { Leader } from '../loops/leader.ts';
import type { Blocking } from './blocking.ts';
import type { JobTurns } from './job-turns.ts';

/** The agent this server runs in, for `/v1/agent/self` and calls that mean "this node". */
export interface LocalAgent {
  /** The node of this agent, once it has linked; undefined for a server without one. */
  readonly nodeId: () => NodeId | undefined;
  /** Where the API answers on TCP, `host:port`; empty where it does not. */
  readonly httpAddress: () => string;
  /** All places where the API answers, as URLs. */
  readonly addresses: () => readonly string[];
}

export interface Api {
  readonly context: ServerContext;
  readonly leader: Leader;
  readonly links: LinkServer;
  readonly blocking: Blocking;
  readonly jobTurns: JobTurns;
  readonly agent: LocalAgent;
}
