// Sees to the log files of a task: writes them where its runtime keeps the output, shows them where its driver does not.

import { join } from 'node:path';
import { sleep } from '../../../lib/clock.ts';
import { describeError } from '../../../lib/errors.ts';
import { adoptLogs } from '../../logs/log-places.ts';
import { LogView } from '../../logs/log-view.ts';
import { LogViewKeeper } from '../../logs/log-view-keeper.ts';
import { LogWriter } from '../../logs/log-writer.ts';
import type { TaskAttachment, TaskHook } from '../task-hook.ts';

/** How long the last output may take to arrive after a task's end. */
const drainMs = 5_000;
const retryMs = { first: 500, most: 10_000 };

interface Reader {
  readonly taskId: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export function logsHook(): TaskHook {
  let reader: Reader | undefined;
  let keeper: LogViewKeeper | undefined;
  const end = async () => {
    reader?.abort.abort();
    await reader?.done;
    reader = undefined;
    await keeper?.end();
    keeper = undefined;
  };
  return {
    name: 'logs',
    async prepare({ context, task }) {
      await adoptLogs(context.layout, task.name);
    },
    async attached(attachment) {
      const { driver, task, context } = attachment;
      if (task.logs.disabled) return;
      await end();
      if (driver.capabilities.logs === 'files') {
        if (!driver.capabilities.showsLogs) keeper = keepView(attachment);
        return;
      }
      await adoptLogs(context.layout, task.name);
      const abort = new AbortController();
      reader = { taskId: task.id, abort, done: pump(attachment, abort.signal) };
    },
    async ended(taskId) {
      if (keeper !== undefined) return end();
      if (reader?.taskId !== taskId) return;
      const late = new AbortController();
      await Promise.race([reader.done, delay(drainMs, late.signal)]);
      late.abort();
      await end();
    },
    detach: end,
  };
}

/** Reads until the runtime says there is no more, beginning again behind the cursor when the stream breaks. */
async function pump(attachment: TaskAttachment, signal: AbortSignal): Promise<void> {
  const { context } = attachment;
  let delayMs = retryMs.first;
  while (!signal.aborted) {
    try {
      await copy(attachment, signal);
      return;
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (signal.aborted || code === 'unknown-task') return;
      context.log.warn('the output of a task could not be read, trying again', { error: describeError(error) });
      await sleep(context.clock, delayMs, signal);
      delayMs = Math.min(delayMs * 2, retryMs.most);
    }
  }
}

function keepView({ task, context }: TaskAttachment): LogViewKeeper {
  const { clock, log } = context;
  const view = new LogView(task.directories.allocation, log);
  return new LogViewKeeper({ dir: task.logs.dir, task: task.name, view, clock, log });
}

async function copy({ driver, task, attempt, context }: TaskAttachment, signal: AbortSignal): Promise<void> {
  const { writer, after } = await LogWriter.open({
    task: task.name,
    logs: task.logs,
    cursorPath: join(task.directories.driver, 'log-cursor.json'),
    attempt,
    view: new LogView(task.directories.allocation, context.log),
  });
  try {
    const chunks = driver.logs?.read(task.id, { signal, ...(after === undefined ? {} : { after }) }) ?? [];
    for await (const chunk of chunks) await writer.write(chunk);
  } finally {
    await writer.close();
  }
}

/** Real time on purpose: it bounds a wait for I/O, it does not belong to the task's life. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
