// Compose files and Kubernetes manifests. The server keeps the job file they became.

import { basename, dirname, resolve } from 'node:path';
import { detectForeign } from '@orch/core/convert/detect';
import { hexByte, wrongUtf8At } from '@orch/core/lib/utf8';
import { UnreadableFile } from '../job-text.ts';
import { CommandFailure } from '../orch-command.ts';
import { readSmallFile } from '../small-file.ts';
import type { JobSource, SourceOptions, SourceResult } from './job-source.ts';

export const foreignSource: JobSource = {
  kind: 'compose or kubernetes',
  matches: (fileName, text) => detectForeign(fileName, text) !== undefined,
  async read(text, options): Promise<SourceResult> {
    const { convertFile, parseEnvFile } = await import('@orch/core/convert');
    const { printJob } = await import('@orch/core/jobspec/print/print-job');
    const kind = detectForeign(options.fileName, text) ?? 'yaml';
    refuseVariables(kind, options);
    const directory = options.path === undefined ? undefined : dirname(options.path);
    const readFile = directory === undefined ? undefined : (path: string) => readIfThere(resolve(directory, path));
    const dotEnv = kind === 'compose' && directory !== undefined ? readDotEnv(resolve(directory, '.env')) : undefined;
    const result = convertFile(kind, text, {
      fileName: options.fileName,
      defaultName: defaultName(kind, options),
      ...(directory === undefined ? {} : { directory }),
      ...(readFile === undefined ? {} : { readFile }),
      // The environment wins over the file .env, and --var over both.
      environment: {
        ...Object.fromEntries(dotEnv === undefined ? [] : parseEnvFile(dotEnv)),
        ...options.environmentVariables,
        ...variablesOf(options),
      },
      allowNotYetRunnable: options.allowNotYetRunnable === true,
    });
    if (result.job === undefined) return result;
    const comments = [`Converted from ${basename(options.fileName)}.`, ...commentsOf(result.warnings)];
    return { ...result, submission: { source: printJob(result.job, { comments }), format: 'hcl2' } };
  },
};

function variablesOf({ variables = {} }: SourceOptions): Record<string, string> {
  return Array.isArray(variables)
    ? Object.fromEntries(variables as readonly (readonly [string, string])[])
    : { ...(variables as Readonly<Record<string, string>>) };
}

/** Warnings as lines above the job, so that who reads it knows what was lost. */
function commentsOf(warnings: SourceResult['warnings']): string[] {
  const lines = warnings.map(({ range, detail }) => `  line ${range?.start.line ?? 1}: ${detail}`);
  return lines.length === 0 ? [] : ['', 'Not the same as there:', ...lines];
}

/** Compose names a project after its directory; manifests have no name of their own. */
function defaultName(kind: string, { fileName, path }: SourceOptions): string {
  const from = path === undefined ? '' : kind === 'compose' ? basename(dirname(path)) : basename(path);
  const name = (from === '' ? (fileName.split('/').at(-1) ?? '') : from)
    .toLowerCase()
    .replace(/\.(ya?ml|json)$/, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' || name === 'stdin' ? kind : name;
}

function readDotEnv(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (error) {
    throw new UnreadableFile(path, (error as Error).message);
  }
}

/** @throws Error for a file that is there and cannot be read as text */
function readIfThere(path: string): string | undefined {
  const bytes = readSmallFile(path);
  if (bytes === undefined) return undefined;
  const wrong = wrongUtf8At(bytes);
  if (wrong !== undefined) throw new Error(`${path} is no UTF-8 text: the byte ${hexByte(bytes[wrong])} at ${wrong}`);
  return bytes.toString('utf8');
}

/** Variables of the job language mean nothing in the other languages; Compose takes single ones into its environment. */
function refuseVariables(kind: string, { fileName, variables = [], varFiles = [] }: SourceOptions): void {
  const language = kind === 'compose' ? 'a Compose file' : 'Kubernetes manifests';
  if (varFiles.length > 0)
    throw new CommandFailure(`Error: ${fileName}: --var-file is for job files; ${language} cannot use it`);
  if (kind !== 'compose' && Object.keys(variables).length > 0)
    throw new CommandFailure(`Error: ${fileName}: --var is for job files and Compose files; ${language} cannot use it`);
}
