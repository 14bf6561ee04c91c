// The check whether a node takes new work at all.

import { assertNever } from '../../lib/assert.ts';
import type { Node } from '../../model/node.ts';
import { type CheckFailure, filtered } from './check.ts';

export function checkNodeState(node: Node): CheckFailure | undefined {
  switch (node.status) {
    case 'down':
      return filtered('node', 'node down', 'the node is down', 'start the agent on it again');
    case 'disconnected':
      return filtered('node', 'node disconnected', 'the node is disconnected', 'restore its connection to the servers');
    case 'initializing':
      return filtered('node', 'node initializing', 'the node is still initializing', 'wait until it is ready');
    case 'ready':
      break;
    default:
      return assertNever(node.status, 'node status');
  }
  if (node.drain !== undefined) {
    return filtered('node', 'node draining', 'the node is being drained', 'cancel the drain');
  }
  if (node.schedulingEligibility === 'ineligible') {
    return filtered('node', 'node ineligible', 'the node is marked ineligible', 'mark it eligible');
  }
  return undefined;
}
