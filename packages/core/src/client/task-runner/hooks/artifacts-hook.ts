// Fetches a task's artifacts into its directory, once, before its first attempt.

import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDriverError, type TaskDirectories } from '@orch/driver-api';
import { OrchError } from '../../../lib/errors.ts';
import { presentableUrl } from '../../../lib/presentable.ts';
import type { Artifact } from '../../../model/task.ts';
import { resolveUser, type UserIds } from '../../alloc-dir/users.ts';
import { type DownloadTools, downloadArtifact } from '../../artifacts/download.ts';
import { type ArtifactPlan, planArtifact } from '../../artifacts/source.ts';
import { unpackTar } from '../../artifacts/unpack.ts';
import { ConfinedWriter } from '../../files/confined-write.ts';
import { type TaskPlace, taskPlace } from '../../files/task-place.ts';
import type { TaskEnvironment } from '../task-environment.ts';
import { hookFailure, type TaskHook, type TaskPreparation } from '../task-hook.ts';

const maxEntries = 1_000_000;

export function artifactsHook(tools: DownloadTools): TaskHook {
  return {
    name: 'artifacts',
    once: true,
    async prepare(preparation) {
      const { artifacts } = preparation.task;
      if (artifacts.length === 0) return;
      preparation.note('Downloading Artifacts', 'Client is downloading artifacts');
      for (const artifact of artifacts) {
        try {
          await fetchOne(interpolated(artifact, preparation.environment), preparation, tools);
        } catch (error) {
          throw described(error, artifact);
        }
      }
    },
  };
}

async function fetchOne(artifact: Artifact, preparation: TaskPreparation, tools: DownloadTools): Promise<void> {
  const { context, task, signal, attempt, environment } = preparation;
  const plan = planArtifact(artifact);
  const directories = context.layout.task(task.name);
  const place = destination(artifact, plan, directories, preparation);
  const owner = artifact.chown ? await resolveUser(environment.interpolate(task.user ?? 'nobody')) : undefined;
  const temporary = join(directories.driver, `artifact-${attempt}.download`);
  try {
    await downloadArtifact(plan, artifact.headers, temporary, tools, signal);
    const writer = new ConfinedWriter(place.root, owner);
    if (plan.archive === 'none') return await copyFile(temporary, writer, place.path);
    await writer.makeDirectory(place.path);
    const limits = { maxBytes: tools.limits.maxBytes, maxEntries };
    await unpackInto(temporary, plan.archive, place, limits, { owner, signal });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A file's name is added where the destination is a directory. */
function destination(
  artifact: Artifact,
  plan: ArtifactPlan,
  directories: TaskDirectories,
  preparation: TaskPreparation,
): TaskPlace {
  const isFile = plan.archive === 'none';
  const toDirectory = artifact.mode !== 'file' || artifact.destination.endsWith('/');
  // Not normalized here: what climbs is to be seen where it is refused.
  const path = isFile && toDirectory ? `${artifact.destination}/${plan.fileName}` : artifact.destination;
  return taskPlace(path, directories, preparation.driver.capabilities.taskPaths);
}

async function copyFile(from: string, writer: ConfinedWriter, path: string): Promise<void> {
  const source = await open(from, constants.O_RDONLY);
  try {
    const target = await writer.createFile(path, 0o755);
    try {
      const buffer = new Uint8Array(262_144);
      for (;;) {
        const { bytesRead } = await source.read(buffer);
        if (bytesRead === 0) return;
        await target.write(buffer, 0, bytesRead);
      }
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** The directory is opened without following links, and unpacked into through what was opened. */
async function unpackInto(
  archive: string,
  kind: 'tar' | 'tar.gz',
  place: TaskPlace,
  limits: { readonly maxBytes: number; readonly maxEntries: number },
  options: { readonly owner: UserIds | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const directory = await new ConfinedWriter(place.root).openDirectory(place.path);
  try {
    await unpackTar(archive, kind, `/proc/self/fd/${directory.fd}/.`, limits, options);
  } finally {
    await directory.close();
  }
}

function interpolated(artifact: Artifact, environment: TaskEnvironment): Artifact {
  const texts = (map: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, environment.interpolate(value)]));
  return {
    ...artifact,
    source: environment.interpolate(artifact.source),
    destination: environment.interpolatePath(artifact.destination),
    options: texts(artifact.options),
    headers: texts(artifact.headers),
  };
}

/** Trouble with the artifact itself will not go away by trying again; trouble on the way may. */
function described(error: unknown, artifact: Artifact): unknown {
  if (isDriverError(error)) return error;
  if (error instanceof OrchError && error.details['eventType'] !== undefined) return error;
  const known = error instanceof OrchError;
  return hookFailure(
    known ? error.code : 'artifact-failed',
    known ? error.message : `the artifact ${presentableUrl(artifact.source)} could not be stored`,
    {
      eventType: 'Failed Artifact Download',
      recoverable: !known,
      ...(known && error.hint !== undefined ? { hint: error.hint } : {}),
      cause: known ? error.cause : error,
    },
  );
}
