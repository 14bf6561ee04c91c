// Fetches a task's artifacts into its directory, once, before its first attempt.

import { join } from 'node:path';
import { isDriverError, type TaskDirectories } from '@orch/driver-api';
import { OrchError } from '../../../lib/errors.ts';
import { presentableUrl } from '../../../lib/presentable.ts';
import type { Artifact } from '../../../model/task.ts';
import { resolveUser, type UserIds } from '../../alloc-dir/users.ts';
import { type DownloadTools, downloadArtifact } from '../../artifacts/download.ts';
import { type ArtifactPlan, planArtifact } from '../../artifacts/source.ts';
import { type UnpackLimits, unpackTar } from '../../artifacts/unpack.ts';
import { ConfinedDirectory } from '../../files/confined-directory.ts';
import { ConfinedWriter } from '../../files/confined-write.ts';
import { openPrivateFile, removePrivateFile } from '../../files/private-files.ts';
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
    await store(temporary, plan, place, { maxBytes: tools.limits.maxBytes, maxEntries }, { owner, signal });
  } finally {
    await removePrivateFile(temporary);
  }
}

/** Task and shared directory lie in the allocation's, which no task can write to; below them everything goes by handle. */
async function store(
  from: string,
  plan: ArtifactPlan,
  place: TaskPlace,
  limits: UnpackLimits,
  options: { readonly owner: UserIds | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const root = await ConfinedDirectory.open(place.root);
  try {
    const writer = new ConfinedWriter(root, options.owner);
    if (plan.archive === 'none') return await copyFile(from, writer, place.path);
    const directory = await writer.openDirectory(place.path);
    try {
      await unpackTar(from, plan.archive, directory, limits, options);
    } finally {
      await directory.close();
    }
  } finally {
    await root.close();
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
  const source = await openPrivateFile(from);
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
