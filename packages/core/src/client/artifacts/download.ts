// Brings an artifact to a private file of the node: limits of size and time, checksum.

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { OrchError } from '../../lib/errors.ts';
import { presentableUrl } from '../../lib/presentable.ts';
import { type HookFailureOptions, hookFailure } from '../task-runner/task-hook.ts';
import type { HttpGet } from './http-get.ts';
import type { ArtifactPlan } from './source.ts';

export interface DownloadLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

export const defaultDownloadLimits: DownloadLimits = { maxBytes: 100 * 2 ** 30, timeoutMs: 30 * 60_000 };

export interface DownloadTools {
  readonly get: HttpGet;
  /** Directories of the node from which artifacts may be taken; none = no local files. */
  readonly fileRoots: readonly string[];
  readonly limits: DownloadLimits;
}

/** Writes the artifact to `target`, a path only the node can write to. @throws OrchError */
export async function downloadArtifact(
  plan: ArtifactPlan,
  headers: Readonly<Record<string, string>>,
  target: string,
  tools: DownloadTools,
  signal: AbortSignal,
): Promise<void> {
  const { limits } = tools;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]);
  const name = plan.source.kind === 'http' ? presentableUrl(plan.source.url) : plan.source.path;
  const bytes =
    plan.source.kind === 'http'
      ? httpBytes(plan.source.url, headers, tools, bounded)
      : fileBytes(plan.source.path, tools);
  const hash = createHash(plan.checksum?.algorithm ?? 'sha256');
  const file = await open(target, 'w', 0o600);
  let received = 0;
  try {
    for await (const chunk of bytes) {
      bounded.throwIfAborted();
      received += chunk.length;
      if (received > limits.maxBytes) {
        throw failure('artifact-too-large', `the artifact ${name} is larger than ${limits.maxBytes} bytes`, {
          recoverable: false,
        });
      }
      hash.update(chunk);
      await file.write(chunk);
    }
  } catch (error) {
    // What is known to be an answer about the artifact; the rest is trouble on the way.
    if (error instanceof OrchError && error.details['eventType'] !== undefined) throw error;
    const late = bounded.aborted && !signal.aborted;
    const why = late ? `took longer than ${limits.timeoutMs / 1000} s` : 'broke off';
    throw failure('artifact-failed', `fetching the artifact ${name} ${why}`, { recoverable: true, cause: error });
  } finally {
    await file.close();
  }
  const hex = hash.digest('hex');
  if (plan.checksum === undefined || plan.checksum.hex === hex) return;
  throw failure(
    'artifact-checksum',
    `the artifact ${name} has the ${plan.checksum.algorithm} checksum ${hex}, the job expects ${plan.checksum.hex}`,
    { recoverable: false, hint: 'correct the checksum in the job, or find out who changed the artifact' },
  );
}

/** Answers that say "all is well" and bring nothing. */
const withoutBody = new Set([204, 205]);

async function* httpBytes(
  url: string,
  headers: Readonly<Record<string, string>>,
  tools: DownloadTools,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const answer = await tools.get(url, { headers, signal });
  const { status } = answer;
  if (status < 200 || status > 299 || withoutBody.has(status)) {
    answer.discard();
    const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
    throw failure(
      'artifact-failed',
      `the server of the artifact ${presentableUrl(url)} answered ${status} ${STATUS_CODES[status] ?? ''}`.trim(),
      {
        recoverable: !final,
        ...(final ? { hint: 'check the address of the artifact' } : {}),
      },
    );
  }
  yield* answer.body;
}

async function* fileBytes(path: string, tools: DownloadTools): AsyncGenerator<Uint8Array> {
  const real = await realpath(path).catch((error) => {
    throw failure('artifact-failed', `the artifact file ${path} does not exist on this node`, {
      recoverable: false,
      cause: error,
    });
  });
  const allowed = tools.fileRoots.some(
    (root) => real === root || real.startsWith(root.endsWith('/') ? root : `${root}/`),
  );
  if (!allowed) {
    throw failure('artifact-denied', `this node does not give files of ${path} to tasks`, {
      recoverable: false,
      hint: "add its directory to the node's artifact file roots, or serve it over http",
    });
  }
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) {
      throw failure('artifact-failed', `the artifact ${path} is not a regular file`, { recoverable: false });
    }
    for (;;) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(65_536));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function failure(code: string, message: string, options: HookFailureOptions): OrchError {
  return hookFailure(code, message, { eventType: 'Failed Artifact Download', ...options });
}
