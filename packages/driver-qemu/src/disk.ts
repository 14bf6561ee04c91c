// The VM's disk: an overlay on the job's image, so that the image stays as it is and is shared by every VM.

import { join } from 'node:path';
import { DriverError, type TaskConfig } from '@orch/driver-api';
import type { Executor } from '@orch/executor';

/** Formats a job's image may have. A raw image cannot name another file, and a qcow2 image must not. */
type ImageFormat = 'qcow2' | 'raw';

interface ImageInfo {
  readonly format: string;
  readonly 'backing-filename'?: string;
  readonly 'format-specific'?: { readonly data?: { readonly 'data-file'?: string } };
}

/** Reads the image's header. @throws DriverError `invalid-config` | `denied` | `runtime-unavailable`. */
export async function imageFormat(run: Executor['run'], image: string): Promise<ImageFormat> {
  const result = await run({ argv: ['qemu-img', 'info', '--output=json', '-U', image], timeoutMs: 20_000 });
  if (result.exitCode !== 0)
    throw imageError(`qemu-img cannot read image_path: ${result.stderr.trim()}`, result.exitCode);
  const info = JSON.parse(result.stdout) as ImageInfo;
  // A backing file is a path the guest's disk would be read from: it would lead out of the allocation.
  if (info['backing-filename'] !== undefined || info['format-specific']?.data?.['data-file'] !== undefined) {
    throw new DriverError('denied', 'image_path refers to another file; only images that stand alone are run', {
      path: ['image_path'],
      hint: 'flatten it with: qemu-img convert -O qcow2 IMAGE FLAT',
    });
  }
  if (info.format !== 'qcow2' && info.format !== 'raw')
    throw new DriverError('invalid-config', `image_path has format ${info.format}; qcow2 and raw are run`, {
      path: ['image_path'],
      hint: 'convert it with: qemu-img convert -O qcow2',
    });
  return info.format;
}

/** Makes the overlay in the task's driver directory and returns its path. */
export async function makeOverlay(run: Executor['run'], task: TaskConfig, image: string): Promise<string> {
  const format = await imageFormat(run, image);
  const overlay = join(task.directories.driver, `disk-${task.id.slice(task.id.lastIndexOf('/') + 1)}.qcow2`);
  const result = await run({
    argv: ['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', image, '-F', format, overlay],
    timeoutMs: 60_000,
  });
  if (result.exitCode !== 0)
    throw imageError(`the disk overlay could not be made: ${result.stderr.trim()}`, result.exitCode);
  return overlay;
}

function imageError(message: string, exitCode: number): DriverError {
  const isMissing = exitCode === 127;
  return new DriverError(isMissing ? 'runtime-unavailable' : 'invalid-config', message, {
    path: ['image_path'],
    ...(isMissing ? { hint: 'install qemu-utils on the node' } : {}),
  });
}
