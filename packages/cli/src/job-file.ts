// Reads a job file for `run`, `plan` and `validate`: the text, its variables, and what is wrong with it.

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { FunctionEnvironment, SourceMap } from '@orch/core/jobspec';
import { renderDiagnostic } from '@orch/core/jobspec';
import type { Job } from '@orch/core/model/job';
import type { JobFileFlags } from './job-file-flags.ts';
import { CommandFailure } from './orch-command.ts';
import { sourceOf } from './sources/job-source.ts';

export interface JobFile {
  readonly job: Job;
  /** What the server keeps beside the job. */
  readonly submission: { readonly source: string; readonly format: 'hcl2' | 'json' };
  readonly fileName: string;
  readonly warnings: readonly string[];
  readonly variables: string;
  readonly sourceMap: SourceMap;
  /** `file:line:column` of a field path the server names, or of the nearest block around it. */
  place(path: string): string;
}

/** @throws CommandFailure with every problem, each with its place in the file. */
export async function readJobFile(path: string, flags: JobFileFlags): Promise<JobFile> {
  const fileName = path === '-' ? '<stdin>' : path;
  const text = await readText(path);
  const varFiles = (flags['var-file'] ?? []).map((file) => ({ fileName: file, text: readOrFail(file) }));
  const variables = (flags.var ?? []).map(readVariable);
  const result = await sourceOf(fileName, text).read(text, {
    fileName,
    ...(path === '-' ? {} : { path: resolve(path) }),
    variables,
    varFiles,
    environmentVariables: process.env,
    functions: functionEnvironment,
    strict: flags['hcl2-strict'],
  });
  if (result.job === undefined) {
    const count = result.diagnostics.length;
    const shown = [...result.diagnostics, ...result.warnings].map((diagnostic) =>
      renderDiagnostic(diagnostic, result.sources),
    );
    throw new CommandFailure(`${shown.join('\n\n')}\n\n${count} error${count === 1 ? '' : 's'} in ${fileName}`);
  }
  return {
    job: result.job,
    submission: result.submission ?? { source: text, format: text.trimStart().startsWith('{') ? 'json' : 'hcl2' },
    fileName,
    warnings: result.warnings.map((diagnostic) => renderDiagnostic(diagnostic, result.sources)),
    variables: varFiles.map((file) => file.text).join('\n'),
    sourceMap: result.sourceMap,
    place(field) {
      const range = result.sourceMap.locate(field);
      return range === undefined ? fileName : `${fileName}:${range.start.line}:${range.start.column}`;
    },
  };
}

function readVariable(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new CommandFailure(`Error: --var "${text}" is not name=value`);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}

async function readText(path: string): Promise<string> {
  if (path !== '-') return readOrFail(path);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function readOrFail(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CommandFailure(`Error: there is no file ${path}`);
    if (code === 'EISDIR') throw new CommandFailure(`Error: ${path} is a directory, not a job file`);
    throw new CommandFailure(`Error: ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** What the job language may reach on the machine of the person who submits. */
const functionEnvironment: FunctionEnvironment = {
  now: () => Date.now(),
  randomUuid: () => randomUUID(),
  namedUuid: (namespace, name) => {
    const digest = createHash('sha1')
      .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
      .update(name)
      .digest();
    digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
    digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
    const hex = digest.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  },
  hash: (algorithm, text) => createHash(algorithm).update(text).digest('hex'),
  files: {
    readText: (path) => readFileSync(path, 'utf8'),
    readBase64: (path) => readFileSync(path).toString('base64'),
    exists: (path) => existsSync(path),
    match: (directory, pattern) => globSync(pattern, { cwd: directory }).sort(),
    absolute: (path) => resolve(path),
    expandHome: (path) => (path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path),
  },
};
