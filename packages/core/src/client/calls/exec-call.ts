// Serves alloc.exec: a command inside a running task, its byte channels joined to the stream's.

import { constants } from 'node:os';
import type { ExecSession } from '@orch/driver-api';
import { OrchError } from '../../lib/errors.ts';
import type { NodeMethods } from '../../link/methods.ts';
import type { ServedStream } from '../../link/mux.ts';
import { type CallContext, findAllocation, findTask, requireLive } from './call-context.ts';

type ExecParams = NodeMethods['alloc.exec']['params'];

export async function execCall(
  context: CallContext,
  params: ExecParams,
  stream: ServedStream,
): Promise<NodeMethods['alloc.exec']['result']> {
  const { taskId, driver, name } = requireLive(findTask(findAllocation(context, params.allocationId), params.task));
  if (driver.exec === undefined) {
    throw new OrchError(
      'exec-unsupported',
      `tasks of driver "${driver.info.name}" cannot run commands (task "${name}")`,
    );
  }
  if (params.command.length === 0) throw new OrchError('invalid-params', 'command is empty');
  const { columns, rows } = params;
  const session = await driver.exec.open(
    taskId,
    {
      command: params.command,
      tty: params.tty,
      ...(columns === undefined || rows === undefined ? {} : { size: { columns, rows } }),
    },
    { signal: stream.canceled },
  );
  const stop = () => void session.close().catch(() => {});
  stream.canceled.addEventListener('abort', stop, { once: true });
  if (stream.canceled.aborted) stop();
  try {
    void takeInput(session, stream);
    for await (const { stream: from, data } of session.output) await stream.write(from === 'stdout' ? 1 : 2, data);
    const exit = await session.exited;
    if (exit.error !== undefined && exit.exitCode === undefined && exit.signal === undefined) {
      throw new OrchError('exec-failed', `the command's end is not known: ${exit.error}`);
    }
    const signal = exit.signal === undefined || exit.signal === 0 ? {} : { signal: exit.signal };
    return { exitCode: exit.exitCode ?? 128 + (exit.signal ?? constants.signals.SIGKILL), ...signal };
  } finally {
    stream.canceled.removeEventListener('abort', stop);
    await session.close();
  }
}

/** Until the caller's end of input, the end of the stream, or a command that reads no more. */
async function takeInput(session: ExecSession, stream: ServedStream): Promise<void> {
  try {
    for await (const event of stream.events()) {
      if (event.type === 'data' && event.channel === 0) await session.write(event.bytes);
      else if (event.type === 'finish' && event.channel === 0) session.end();
      else if (event.type === 'note') resize(session, event.note);
    }
  } catch {
    // The command has closed its input or has ended: its output tells the rest.
  }
}

function resize(session: ExecSession, note: unknown): void {
  const { columns, rows } = (note ?? {}) as { columns?: unknown; rows?: unknown };
  if (typeof columns === 'number' && typeof rows === 'number' && columns > 0 && rows > 0)
    session.resize({ columns, rows });
}
