// The door through which a node's words leave it: what they say about the host stays behind, in the log.

import { type HostPlaces, presentableText } from '../../lib/presentable.ts';
import type { Connection } from '../../link/connection.ts';
import type { NodeMessage, ServerMessage } from '../../link/messages.ts';
import type { AllocationUpdate, TaskState } from '../../model/allocation.ts';
import type { Node } from '../../model/node.ts';

/** The connection, with all texts for people as the API may tell them. */
export function presentableConnection(
  connection: Connection<NodeMessage, ServerMessage>,
  places: HostPlaces,
): Connection<NodeMessage, ServerMessage> {
  return {
    send: (message) => connection.send(presentableMessage(message, places)),
    get bufferedBytes() {
      return connection.bufferedBytes;
    },
    onMessage: (listener) => connection.onMessage(listener),
    onClose: (listener) => connection.onClose(listener),
    close: (reason) => connection.close(reason),
  };
}

/** Texts for people in what a node sends; facts and bytes are as they were. */
export function presentableMessage(message: NodeMessage, places: HostPlaces): NodeMessage {
  const text = (given: string) => presentableText(given, places);
  switch (message.type) {
    case 'hello':
    case 'node':
      return { ...message, node: presentableNode(message.node, text) };
    case 'status':
      return { ...message, updates: message.updates.map((update) => presentableUpdate(update, text)) };
    case 'error': {
      const hint = message.hint === undefined ? {} : { hint: text(message.hint) };
      return { ...message, message: text(message.message), ...hint };
    }
    default:
      return message;
  }
}

function presentableNode(node: Node, text: (given: string) => string): Node {
  const drivers = Object.entries(node.drivers).map(([name, driver]) => {
    return [name, { ...driver, description: text(driver.description) }] as const;
  });
  return { ...node, statusDescription: text(node.statusDescription), drivers: Object.fromEntries(drivers) };
}

function presentableUpdate(update: AllocationUpdate, text: (given: string) => string): AllocationUpdate {
  const states = Object.entries(update.taskStates).map(([name, state]): [string, TaskState] => {
    const events = state.events.map((event) => {
      const details = Object.entries(event.details).map(([key, value]) => [key, text(value)] as const);
      return { ...event, message: text(event.message), details: Object.fromEntries(details) };
    });
    return [name, { ...state, events }];
  });
  return { ...update, clientDescription: text(update.clientDescription), taskStates: Object.fromEntries(states) };
}
