// Images from an archive in the task directory.
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskConfig } from '@orch/driver-api';
import type Docker from 'dockerode';
import { configError, deniedError, engineError } from '../engine/errors.ts';

/** Loads the archive `file` names, relative to the task directory (its `local` directory is tried second). */
export async function loadImage(client: Docker, task: TaskConfig, file: string): Promise<void> {
  const archive = await archivePath(task, file);
  try {
    const stream = await client.loadImage(createReadStream(archive), { quiet: true });
    await new Promise<void>((resolve, reject) => {
      client.modem.followProgress(stream, (error: Error | null, items: { error?: string }[]) => {
        const failed = items.find((item) => item.error !== undefined);
        if (error !== null) reject(error);
        else if (failed !== undefined) reject(Object.assign(new Error(failed.error), { statusCode: 400 }));
        else resolve();
      });
    });
  } catch (error) {
    throw engineError(error, `loading the image archive ${file}`, 'invalid-config');
  }
}

async function archivePath(task: TaskConfig, file: string): Promise<string> {
  const { task: taskDir, local } = task.directories;
  for (const base of [taskDir, local]) {
    const [root, path] = await Promise.all([realpath(base), realpath(join(base, file)).catch(() => undefined)]);
    if (path === undefined) continue;
    if (path.startsWith(`${root}/`)) return path;
    throw deniedError(['load'], `"${file}" is outside the task directory`, 'Put the archive into the task directory.');
  }
  throw configError(['load'], `the archive "${file}" is not in the task directory`, 'Fetch it with an artifact block.');
}
