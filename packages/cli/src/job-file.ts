// Reads a job file for `run`, `plan` and `validate`: the text, its variables, and what is wrong with it.

import { resolve } from 'node:path';
import type { Diagnostic, Source, SourceMap } from '@orch/core/jobspec';
import type { Job } from '@orch/core/model/job';
import { report, reportCount } from './diagnostic-report.ts';
import { functionEnvironmentFor } from './function-environment.ts';
import type { JobFileFlags } from './job-file-flags.ts';
import { displayName, isUrl, readFileText, readJobText, UnreadableFile } from './job-text.ts';
import { CommandFailure } from './orch-command.ts';
import { wantsColors } from './output/colors.ts';
import { Painted } from './output/terminal-text.ts';
import { sourceOf } from './sources/job-source.ts';

export interface JobFile {
  /** With the namespace and region of the flags where the file names none. */
  readonly job: Job;
  /** What the server keeps beside the job. */
  readonly submission: JobSubmission;
  /** The submission is not the file's own text but what it became. */
  readonly isConverted?: boolean;
  readonly fileName: string;
  readonly warnings: readonly Diagnostic[];
  readonly sourceMap: SourceMap;
  /** Texts by file name. */
  readonly sources: ReadonlyMap<string, Source>;
}

export interface JobSubmission {
  readonly source: string;
  readonly format: 'hcl2' | 'json';
  /** The text of the variable files. */
  readonly variables: string;
  readonly variableFlags: Readonly<Record<string, string>>;
}

export interface JobFileReading {
  readonly fileName: string;
  /** Errors, then warnings, each in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, Source>;
  /** Absent when there are errors. */
  readonly file?: JobFile;
}

/** The job of a file. @throws CommandFailure with every problem, each with its place in the file */
export async function readJobFile(path: string, flags: JobFileFlags): Promise<JobFile> {
  const reading = await readAndParse(path, flags);
  if (reading.file === undefined) throw new CommandFailure(readingText(reading, flags));
  return reading.file;
}

/**
 * As `readJobFile`, with all that is wrong as data; a file that cannot be read is one diagnostic.
 * @throws CommandFailure for flags that make no sense
 */
export async function lookAtJobFile(path: string, flags: JobFileFlags): Promise<JobFileReading> {
  try {
    return await readAndParse(path, flags);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const { fileName, reason, range } = error;
    const detail = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
    const where = range === undefined ? {} : { range };
    return oneError({ severity: 'error', summary: 'File not readable', detail, fileName, ...where });
  }
}

/** All that is wrong with a file, for people. */
export function readingText({ fileName, diagnostics, sources }: JobFileReading, flags: JobFileFlags): Painted {
  const colors = wantsColors(process.stderr, flags, process.env);
  return new Painted(`${report('text', diagnostics, { sources, colors })}\n\n${reportCount(fileName, diagnostics)}`);
}

async function readAndParse(path: string, flags: JobFileFlags): Promise<JobFileReading> {
  const fileName = displayName(path);
  const variables = (flags.var ?? []).map(readVariable);
  const files = flags['var-file'] ?? [];
  const varFiles = await Promise.all(files.map(async (file) => ({ fileName: file, text: await readFileText(file) })));
  const text = await readJobText(path);
  const isJson = text.trimStart().startsWith('{');
  if (flags.json === true && !isJson) return oneError(notJson(fileName));
  const result = await sourceOf(fileName, text).read(text, {
    fileName,
    ...(path === '-' || isUrl(path) ? {} : { path: resolve(path) }),
    variables,
    varFiles,
    environmentVariables: process.env,
    functions: await functionEnvironmentFor([text, ...varFiles.map((file) => file.text)]),
    strict: flags['hcl2-strict'],
    allowNotYetRunnable: flags.allowNotYetRunnable === true,
  });
  const { job, warnings, sourceMap, sources } = result;
  const reading = { fileName, diagnostics: [...result.diagnostics, ...warnings], sources };
  if (job === undefined) return reading;
  const isConverted = result.submission !== undefined;
  const submission: JobSubmission = {
    ...(result.submission ?? { source: text, format: isJson ? 'json' : 'hcl2' }),
    // What a file was converted to has no variables.
    variables: isConverted ? '' : varFiles.map((file) => file.text).join('\n'),
    variableFlags: isConverted ? {} : Object.fromEntries(variables),
  };
  const file = {
    job: withFlags(job, sourceMap, flags),
    submission,
    fileName,
    warnings,
    sourceMap,
    sources,
    isConverted,
  };
  return { ...reading, file };
}

function oneError(diagnostic: Diagnostic): JobFileReading {
  return { fileName: diagnostic.fileName, diagnostics: [diagnostic], sources: new Map() };
}

function notJson(fileName: string): Diagnostic {
  return {
    severity: 'error',
    summary: 'JSON expected',
    detail: 'With -json the file is JSON and begins with "{"; this one does not.',
    hint: 'leave -json out: the language of a job file is recognised',
    fileName,
  };
}

/** What the file says wins over `-namespace` and `-region`, as in the field. */
function withFlags(job: Job, sourceMap: SourceMap, flags: JobFileFlags): Job {
  const given = (name: 'namespace' | 'region') =>
    sourceMap.has(name) || (flags[name] ?? '') === '' ? job[name] : (flags[name] as string);
  return { ...job, namespace: given('namespace'), region: given('region') };
}

function readVariable(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new CommandFailure(`Error: --var "${text}" is not name=value`);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}
