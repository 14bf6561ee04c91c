// A job file in TypeScript -> job: runs it, and shows what is wrong at the lines of the person's own code.

import { readFileSync, realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  buildInputs,
  type Diagnostic,
  type ParseResult,
  parseBuiltJob,
  placeInStack,
  type Source,
  sourceOfText,
} from '@orch/core/jobspec';
import { encodeJobJson } from '@orch/core/schema';
import type { SourceOptions, SourceResult } from '../job-source.ts';
import { type JobFileAnswer, runJobFile } from './run-job-file.ts';

type Failure = Extract<JobFileAnswer, { kind: 'failed' }>;

export async function readJobProgram(text: string, options: SourceOptions): Promise<SourceResult> {
  const { fileName } = options;
  // Stacks name files without symbolic links.
  const path = options.path === undefined ? undefined : realpathSync(options.path);
  if (path === undefined) {
    const detail = 'A job in TypeScript is a program: it is run from a file on this machine only.';
    return refused(fileName, text, [wrong(fileName, 'Not a file', detail, 'save it, read it, then run it')]);
  }
  if (process.features.typescript === false && path.endsWith('ts')) {
    const detail = 'This Node runs no TypeScript: that is turned off (--no-strip-types).';
    return refused(fileName, text, [
      wrong(fileName, 'TypeScript is turned off', detail, 'turn it on, or write the job in JavaScript'),
    ]);
  }
  const inputs = buildInputs(options);
  if (inputs.diagnostics.length > 0) return refused(fileName, text, inputs.diagnostics, inputs.sources);
  const answer = await runJobFile(path, inputs.values);
  if (answer.kind === 'failed') return failed(answer, fileName, path, text);
  if (answer.kind === 'no-job') {
    const hint = 'export default job("name", …), or a function that returns it';
    return refused(fileName, text, [wrong(fileName, 'No job', `The file exports no job: ${answer.found}.`, hint)]);
  }
  const result = parseBuiltJob(answer.job, { ...options, text, url: pathToFileURL(path).href });
  const unread = [...inputs.unread].flatMap(([name, diagnostic]) => (answer.read.includes(name) ? [] : [diagnostic]));
  const withInputs = addDiagnostics(result, unread, inputs.sources);
  if (withInputs.job === undefined) return withInputs;
  const source = JSON.stringify({ Job: encodeJobJson(withInputs.job) }, null, 2);
  return { ...withInputs, submission: { source, format: 'json' } };
}

function addDiagnostics(
  result: ParseResult,
  found: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source>,
): ParseResult {
  const errors = found.filter(({ severity }) => severity === 'error');
  const { job, ...rest } = result;
  return {
    ...rest,
    ...(job === undefined || errors.length > 0 ? {} : { job }),
    diagnostics: [...result.diagnostics, ...errors],
    warnings: [...result.warnings, ...found.filter(({ severity }) => severity === 'warning')],
    sources: new Map([...result.sources, ...sources]),
  };
}

function refused(
  fileName: string,
  text: string,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source> = new Map(),
): SourceResult {
  return {
    diagnostics,
    warnings: [],
    sources: new Map([[fileName, sourceOfText(fileName, text)], ...sources]),
    sourceMap: { fileName, locate: () => undefined, has: () => false },
  };
}

function wrong(fileName: string, summary: string, detail: string, hint?: string): Diagnostic {
  return { severity: 'error', summary, detail, fileName, ...(hint === undefined ? {} : { hint }) };
}

/** What was thrown, at the place where the person's own code stood: the job file, or a file it imports. */
function failed(answer: Failure, fileName: string, path: string, text: string): SourceResult {
  const { name, message } = answer;
  const isPlain = name === '' || name === 'JobBuildError' || name === 'ProcessEnd';
  const detail = isPlain ? `${message.charAt(0).toUpperCase()}${message.slice(1)}.` : `${name}: ${message}`;
  const diagnostic = wrong(fileName, 'Job file failed', detail, hintFor(answer));
  const place = placeOf(answer, fileName, path, text);
  if (place === undefined) return refused(fileName, text, [diagnostic]);
  const { source, line, column } = place;
  const offset = (source.lineStarts[line - 1] ?? source.text.length) + column - 1;
  const position = { line, column, offset };
  return refused(
    fileName,
    text,
    [{ ...diagnostic, fileName: source.fileName, range: { start: position, end: position } }],
    new Map([[source.fileName, source]]),
  );
}

const missing = /^Cannot find (?:package|module) '([^']+)'/;

function hintFor({ message }: Failure): string | undefined {
  if (!missing.test(message)) return undefined;
  return 'only @orch/core/jobspec comes with orch: install other packages beside the job file; a relative import has the whole file name, ./lib.ts';
}

/** The import of what is not there: the error has no place, the file names it between quotes. */
function placeOfImport(message: string, source: Source): Omit<Place, 'source'> | undefined {
  const name = missing.exec(message)?.[1]?.split('/').at(-1);
  if (name === undefined) return undefined;
  const { lineStarts, text } = source;
  const line = lineStarts.findIndex((start, index) => {
    const written = text.slice(start, lineStarts[index + 1]);
    return /\b(from|import)\b/.test(written) && written.includes(name);
  });
  const column = line < 0 ? -1 : text.slice(lineStarts[line], lineStarts[line + 1]).search(/['"]/);
  return column < 0 ? undefined : { line: line + 1, column: column + 1 };
}

interface Place {
  readonly source: Source;
  readonly line: number;
  readonly column: number;
}

function placeOf({ message, stack }: Failure, fileName: string, path: string, text: string): Place | undefined {
  const main = sourceOfText(fileName, text);
  const files = [...stack.matchAll(/file:\/\/[^\s()]+?(?=:\d+)/g)].map(([url]) => url);
  const url = files.find((file) => !file.includes('/node_modules/') && !isOurs(file));
  const place = url === undefined ? placeOfImport(message, main) : placeInStack(stack, url);
  if (place === undefined) return undefined;
  if (url === undefined || url === pathToFileURL(path).href) return { source: main, ...place };
  try {
    const other = fileURLToPath(url);
    return { source: sourceOfText(relative(process.cwd(), other), readFileSync(other, 'utf8')), ...place };
  } catch {
    return undefined;
  }
}

/** Frames of the command line itself: the thread's program and the builders. */
function isOurs(url: string): boolean {
  const here = new URL('.', import.meta.url).href;
  return url.startsWith(here) || url.includes('/core/src/jobspec/builder/');
}
