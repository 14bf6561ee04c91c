// Answers what a server asks of this node: one entry per method of link/methods.ts.

import { OrchError } from '../../lib/errors.ts';
import type { NodeMethod } from '../../link/messages.ts';
import type { NodeMethods } from '../../link/methods.ts';
import type { ServedStream } from '../../link/mux.ts';
import type { CallContext } from './call-context.ts';
import { restartCall, signalCall } from './control-calls.ts';
import { execCall } from './exec-call.ts';
import { listCall, logsCall, readCall, statCall } from './file-calls.ts';
import { StatsCalls } from './stats-calls.ts';

type Handlers = {
  readonly [Method in NodeMethod]: (
    params: NodeMethods[Method]['params'],
    stream: ServedStream,
  ) => Promise<NodeMethods[Method]['result']>;
};

/** The handler for `serveMux`. @throws OrchError, which becomes the stream's error. */
export function nodeCalls(context: CallContext): (stream: ServedStream) => Promise<unknown> {
  const stats = new StatsCalls(context);
  const handlers: Handlers = {
    'fs.list': (params) => listCall(context, params),
    'fs.stat': (params) => statCall(context, params),
    'fs.read': (params, stream) => readCall(context, params, stream),
    'logs.read': (params, stream) => logsCall(context, params, stream),
    'alloc.stats': (params, stream) => stats.allocation(params, stream.canceled),
    'node.stats': () => stats.node(),
    'alloc.exec': (params, stream) => execCall(context, params, stream),
    'alloc.restart': (params) => restartCall(context, params),
    'alloc.signal': (params) => signalCall(context, params),
    async 'alloc.collect'({ allocationId }) {
      await context.collect(allocationId);
      return {};
    },
    async 'node.collect'() {
      return { collected: await context.collectAll() };
    },
  };
  return async (stream) => {
    const handler = handlers[stream.method] as ((params: never, stream: ServedStream) => Promise<unknown>) | undefined;
    if (handler === undefined) {
      throw new OrchError('unknown-method', `this node does not know the call ${JSON.stringify(stream.method)}`);
    }
    return handler((stream.params ?? {}) as never, stream);
  };
}
