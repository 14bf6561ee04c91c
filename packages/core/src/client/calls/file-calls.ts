// Serves fs.list, fs.stat, fs.read and logs.read.

import { OrchError } from '../../lib/errors.ts';
import type { FileInfo, NodeMethods } from '../../link/methods.ts';
import type { ServedStream } from '../../link/mux.ts';
import { logsName } from '../alloc-dir/layout.ts';
import type { AllocRunner } from '../alloc-runner/alloc-runner.ts';
import { listFiles, refuseSecrets, statFile } from '../files/file-info.ts';
import { hasPrivateFile } from '../files/private-files.ts';
import { type ReadRequest, readFileOut } from '../files/read-file.ts';
import { isAllocationPath, isLogsPath, listLogs, logFileAt, logsOf } from '../logs/log-places.ts';
import { readLogsOut } from '../logs/read-logs.ts';
import { type CallContext, findAllocation, findTask } from './call-context.ts';

type Params<Method extends keyof NodeMethods> = NodeMethods[Method]['params'];

export async function listCall(
  context: CallContext,
  { allocationId, path }: Params<'fs.list'>,
): Promise<readonly FileInfo[]> {
  const { layout, tasks } = findAllocation(context, allocationId);
  const names = [...tasks.keys()];
  const logs = isLogsPath(path) ? await listLogs(layout, names) : [];
  const found = await listFiles(layout.root, path, refuseSecrets(names)).catch((error) => {
    if (logs.length > 0 && isReplaced(error)) return [];
    throw error;
  });
  const isShown = ({ name }: FileInfo) => name !== logsName && !logs.some((log) => log.name === name);
  const others = isAllocationPath(path) || logs.length > 0 ? found.filter(isShown) : found;
  return [...logs, ...others].sort((left, right) => (left.name < right.name ? -1 : 1));
}

export async function statCall(context: CallContext, { allocationId, path }: Params<'fs.stat'>): Promise<FileInfo> {
  const runner = findAllocation(context, allocationId);
  const place = await placeOf(runner, path);
  return statFile(place.root, place.path, place.refuse).catch(async (error) => {
    if (isLogsPath(path) && isReplaced(error) && (await hasPrivateFile(runner.layout.logs)))
      return { ...(await statFile(runner.layout.logs, '', () => {})), name: 'logs' };
    throw error;
  });
}

/** A task has put something else in the place of the directory that shows log files: they are there all the same. */
function isReplaced(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return ['not-found', 'not-a-directory', 'not-a-file', 'outside-allocation'].includes(String(code));
}

export async function readCall(context: CallContext, params: Params<'fs.read'>, stream: ServedStream) {
  const runner = findAllocation(context, params.allocationId);
  const { origin, follow } = params;
  return readFileOut(
    {
      ...(await placeOf(runner, params.path)),
      origin,
      follow,
      offset: wholeNumber(params.offset, 'offset'),
      limit: wholeNumber(params.limit, 'limit'),
    },
    (bytes) => stream.write(0, bytes),
    context.clock,
    stream.canceled,
  );
}

/** A log file is read where only root can write, whatever a task has put in the place where it is shown. */
async function placeOf(
  { layout, tasks }: AllocRunner,
  path: string,
): Promise<Pick<ReadRequest, 'root' | 'path' | 'refuse'>> {
  const names = [...tasks.keys()];
  const log = await logFileAt(layout, names, path);
  return log === undefined ? { root: layout.root, path, refuse: refuseSecrets(names) } : { ...log, refuse: () => {} };
}

export async function logsCall(context: CallContext, params: Params<'logs.read'>, stream: ServedStream) {
  const runner = findAllocation(context, params.allocationId);
  const task = findTask(runner, params.task);
  const block = runner.facts.group.tasks.find(({ name }) => name === task.name);
  if (block?.logs.disabled) {
    throw new OrchError('logs-disabled', `the logs of task "${task.name}" are disabled by its job`);
  }
  return readLogsOut(
    {
      place: await logsOf(runner.layout, task.name),
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
