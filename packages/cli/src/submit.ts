// What `job run`, `plan` and `validate` share: job file to the API's JSON, problems of the server back to places in the file.

import { type ApiClient, ApiError, type JobRegisterRequest, type ProblemWire } from '@orch/api';
import type { Diagnostic } from '@orch/core/jobspec';
import { encodeJobJson } from '@orch/core/schema';
import { report, reportCount } from './diagnostic-report.ts';
import type { JobFile } from './job-file.ts';
import { CommandFailure } from './orch-command.ts';
import { type ColorFlags, wantsColors } from './output/colors.ts';
import { Painted } from './output/terminal-text.ts';

export function requestOf(file: JobFile): JobRegisterRequest {
  const { source, format, variables, variableFlags } = file.submission;
  return {
    Job: encodeJobJson(file.job) as Readonly<Record<string, unknown>>,
    Submission: { Source: source, Format: format, Variables: variables, VariableFlags: variableFlags },
  };
}

export type Placed = Pick<JobFile, 'sourceMap' | 'warnings'>;

/**
 * Problems that a server named by field path, each at its place in the file, or at the nearest block around it; errors
 * first, in the order of the file. What reading the file gave already is left out, and nothing is said twice.
 */
export function placeProblems(file: Placed, problems: readonly ProblemWire[]): Diagnostic[] {
  const known = new Set(file.warnings.map(keyOf));
  const news: Diagnostic[] = [];
  for (const problem of problems) {
    const diagnostic = placeProblem(file, problem);
    const key = keyOf(diagnostic);
    if (known.has(key)) continue;
    known.add(key);
    news.push(diagnostic);
  }
  const rank = ({ severity, range }: Diagnostic) => (severity === 'error' ? 0 : 1e9) + (range?.start.offset ?? 0);
  return news.toSorted((left, right) => rank(left) - rank(right));
}

function placeProblem(file: Placed, problem: ProblemWire): Diagnostic {
  const { Severity: severity, Path: path, Message: message, Hint: hint } = problem;
  const range = file.sourceMap.locate(path);
  return {
    severity,
    summary: severity === 'error' ? 'Refused by the server' : 'Warning',
    detail: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    fileName: file.sourceMap.fileName,
    ...(range === undefined ? {} : { range }),
    ...(hint === undefined ? {} : { hint }),
    ...(path === '' ? {} : { path }),
  };
}

/**
 * Reading the file and asking the server say the same thing alike: same place, same words. Not the same path: what is
 * written once in an outer block may be meant for several inner ones, and is said once.
 */
function keyOf({ severity, range, path, detail }: Diagnostic): string {
  return [severity, range?.start.offset ?? path, detail].join('\u0000');
}

/** Why a call with a job failed: the errors of a refusal at their places in the file; any other error as it is. */
export function placedFailure(file: JobFile, error: unknown, flags: ColorFlags): unknown {
  const refused = refusedJob(file, error);
  if (refused === undefined) return error;
  return new CommandFailure(
    new Painted(`${placedText(file, refused, flags).text}\n${reportCount(file.fileName, refused)}`),
  );
}

/** Diagnostics of a file for people. */
export function placedText(file: JobFile, diagnostics: readonly Diagnostic[], flags: ColorFlags): Painted {
  const colors = wantsColors(process.stderr, flags, process.env);
  return new Painted(`${report('text', diagnostics, { sources: file.sources, colors })}\n`);
}

/** The errors of a refusal at their places; undefined when the refusal is not about the job. */
export function refusedJob(file: Placed, error: unknown): Diagnostic[] | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const errors = error.problems.filter((problem) => problem.Severity === 'error');
  return errors.length === 0 ? undefined : placeProblems(file, error.problems);
}

/** What a server finds in a job, at its places. Servers that say no problems as data give one diagnostic for all of them. */
export async function checkJobFile(api: ApiClient, file: JobFile): Promise<Diagnostic[]> {
  const { namespace } = file.job;
  const answer = await api.jobs.validate(encodeJobJson(file.job), { namespace });
  if (answer.Problems !== undefined) return placeProblems(file, answer.Problems);
  const whole = (severity: 'error' | 'warning', detail: string): Diagnostic[] =>
    detail === '' ? [] : [{ severity, summary: 'Said by the server', detail: detail.trim(), fileName: file.fileName }];
  return [...whole('error', answer.Error), ...whole('warning', answer.Warnings)];
}
