// Serves fs.list, fs.stat, fs.read and logs.read.

import { OrchError } from '../../lib/errors.ts';
import type { NodeMethods } from '../../link/methods.ts';
import type { ServedStream } from '../../link/mux.ts';
import { listFiles, refuseSecrets, statFile } from '../files/file-info.ts';
import { readFileOut } from '../files/read-file.ts';
import { readLogsOut } from '../logs/read-logs.ts';
import { type CallContext, findAllocation, findTask } from './call-context.ts';

type Params<Method extends keyof NodeMethods> = NodeMethods[Method]['params'];

export function listCall(context: CallContext, { allocationId, path }: Params<'fs.list'>) {
  const runner = findAllocation(context, allocationId);
  return listFiles(runner.layout.root, path, refuseSecrets([...runner.tasks.keys()]));
}

export function statCall(context: CallContext, { allocationId, path }: Params<'fs.stat'>) {
  const runner = findAllocation(context, allocationId);
  return statFile(runner.layout.root, path, refuseSecrets([...runner.tasks.keys()]));
}

export function readCall(context: CallContext, params: Params<'fs.read'>, stream: ServedStream) {
  const runner = findAllocation(context, params.allocationId);
  const { path, origin, follow } = params;
  return readFileOut(
    {
      root: runner.layout.root,
      path,
      origin,
      follow,
      offset: wholeNumber(params.offset, 'offset'),
      limit: wholeNumber(params.limit, 'limit'),
      refuse: refuseSecrets([...runner.tasks.keys()]),
    },
    (bytes) => stream.write(0, bytes),
    context.clock,
    stream.canceled,
  );
}

export function logsCall(context: CallContext, params: Params<'logs.read'>, stream: ServedStream) {
  const runner = findAllocation(context, params.allocationId);
  const task = findTask(runner, params.task);
  const block = runner.facts.group.tasks.find(({ name }) => name === task.name);
  if (block?.logs.disabled) {
    throw new OrchError('logs-disabled', `the logs of task "${task.name}" are disabled by its job`);
  }
  return readLogsOut(
    {
      root: runner.layout.root,
      task: task.name,
      stream: params.stream,
      offset: wholeNumber(params.offset, 'offset'),
      origin: params.origin,
      follow: params.follow,
    },
    { write: (bytes) => stream.write(0, bytes), file: (file, offset) => stream.note({ file, offset }) },
    { clock: context.clock, signal: stream.canceled, ended: runner.ended },
  );
}

function wholeNumber(value: number, what: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw new OrchError('invalid-params', `${what} must be a whole number, it is ${value}`);
}
