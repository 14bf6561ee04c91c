// Writes the output of tasks whose runtime keeps it: one reader per task, rotated files, an exact cursor.

import { join } from 'node:path';
import { sleep } from '../../../lib/clock.ts';
import { describeError } from '../../../lib/errors.ts';
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
  const end = async () => {
    reader?.abort.abort();
    await reader?.done;
    reader = undefined;
  };
  return {
    name: 'logs',
    async attached(attachment) {
      const { driver, task } = attachment;
      if (task.logs.disabled || driver.capabilities.logs !== 'stream') return;
      await end();
      const abort = new AbortController();
      reader = { taskId: task.id, abort, done: pump(attachment, abort.signal) };
    },
    async ended(taskId) {
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

async function copy({ driver, task, attempt }: TaskAttachment, signal: AbortSignal): Promise<void> {
  const cursorPath = join(task.directories.driver, 'log-cursor.json');
  const { writer, after } = await LogWriter.open(task.name, task.logs, cursorPath, attempt);
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
