// Job file -> Job: the one door of this room.

import type { Job } from '../model/job.ts';
import { jobBlock } from '../schema/blocks/job.ts';
import { canonicalizeJob } from '../schema/canonicalize.ts';
import type { FieldProblem, ModelRecord } from '../schema/field.ts';
import { handedDownFrom, outerPath } from '../schema/path.ts';
import { brokenRules, brokenValues, validateJob } from '../schema/validate.ts';
import { adviceOn, warningsOf } from '../schema/warn.ts';
import { decodeBody, reportLabels } from './decode/block.ts';
import { bodyPlan } from './decode/body-plan.ts';
import type { Decoder } from './decode/decoder.ts';
import { Place, Places, type PlaceTable } from './decode/places.ts';
import { jobScope, type ScopeOptions } from './job-scope.ts';
import { isJsonText, parseJsonJob } from './json-job.ts';
import type { Block, Body } from './syntax/ast.ts';
import { createDiagnosticSink, type Diagnostic, type DiagnosticSink, diagnosticAt } from './syntax/diagnostic.ts';
import { parseFile } from './syntax/parse-file.ts';
import { createSource, type Range, rangeOf, type Source, type Span } from './syntax/source.ts';

export interface ParseOptions extends ScopeOptions {
  /** Shown in messages. */
  readonly fileName: string;
  /** Also gives jobs that are right but cannot run yet (a type, a block of later versions). @default false */
  readonly allowNotYetRunnable?: boolean;
}

export interface ParseResult {
  /** Canonical and valid; absent when there are errors. */
  readonly job?: Job;
  /** Errors, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** Field path → place in the file. `locate` also answers for paths that are not written in the file. */
  readonly sourceMap: SourceMap;
  /** Texts by file name, for `renderDiagnostic`. */
  readonly sources: ReadonlyMap<string, Source>;
}

export interface SourceMap {
  readonly fileName: string;
  /** The place of the field, or of the nearest block around it. */
  locate(path: string): Range | undefined;
  has(path: string): boolean;
}

/** Parses, evaluates, decodes, completes and validates a job file (HCL, or JSON when it begins with `{`). Never throws for bad input. */
export function parseJob(text: string, options: ParseOptions): ParseResult {
  const source = createSource(options.fileName, text);
  return finish(source, options, (sink, places) =>
    isJsonText(text)
      ? parseJsonJob(source, sink, places, (body, scopeSource) => decodeFile(body, scopeSource, options, sink, places))
      : decodeFile(parseFile(source, sink), source, options, sink, places),
  );
}

/**
 * As `parseJob` for a tree that was made in another way, its spans in `source`; `found` is what was wrong on that way.
 * Many fields may share a place there, so details say the field path, too.
 */
export function parseTree(
  body: Body,
  source: Source,
  options: ParseOptions,
  found: readonly Diagnostic[] = [],
): ParseResult {
  const read = (sink: DiagnosticSink, places: Places) => {
    const record = decodeFile(body, source, options, sink, places);
    for (const diagnostic of found) sink.add(diagnostic);
    return record;
  };
  return finish(source, options, read, namingPaths(createDiagnosticSink()));
}

function namingPaths(sink: DiagnosticSink): DiagnosticSink {
  const add = (diagnostic: Diagnostic) => {
    const { detail, path = '' } = diagnostic;
    sink.add(path === '' ? diagnostic : { ...diagnostic, detail: `${detail.replace(/\.$/, '')} (${path}).` });
  };
  return { ...sink, add };
}

function finish(
  source: Source,
  options: ParseOptions,
  read: (sink: DiagnosticSink, places: Places) => ModelRecord | undefined,
  sink = createDiagnosticSink(),
): ParseResult {
  const places = new Places();
  const record = read(sink, places);
  return finishJob(record, source, options, sink, places);
}

/**
 * What every language of job files ends with: a record as decoded is completed and validated, and what is wrong with it
 * lands at its place. `places` maps field paths to spans of `source`. Without a record the result has the diagnostics only.
 */
export function finishJob(
  record: ModelRecord | undefined,
  source: Source,
  options: Pick<ParseOptions, 'varFiles' | 'allowNotYetRunnable'>,
  sink: DiagnosticSink,
  places: PlaceTable,
): ParseResult {
  const job = record === undefined ? undefined : complete(record, source, options, sink, places);
  const files = (options.varFiles ?? []).map(
    (file) => [file.fileName, createSource(file.fileName, file.text)] as const,
  );
  const sorted = sortDiagnostics(sink.list, source.fileName);
  return {
    ...(job === undefined || sink.hasErrors() ? {} : { job }),
    diagnostics: sorted.filter((diagnostic) => diagnostic.severity === 'error'),
    warnings: sorted.filter((diagnostic) => diagnostic.severity === 'warning'),
    sourceMap: createSourceMap(source, places),
    sources: new Map([[source.fileName, source], ...files]),
  };
}

function sortDiagnostics(list: readonly Diagnostic[], mainFile: string): Diagnostic[] {
  const offset = (diagnostic: Diagnostic) => diagnostic.range?.start.offset ?? 0;
  const fileOrder = (diagnostic: Diagnostic) => (diagnostic.fileName === mainFile ? 0 : 1);
  return list.toSorted((left, right) => fileOrder(left) - fileOrder(right) || offset(left) - offset(right));
}

function createSourceMap(source: Source, places: PlaceTable): SourceMap {
  return {
    fileName: source.fileName,
    has: (path) => places.has(path),
    locate(path) {
      const found = nearestPlace(places, path);
      return found === undefined ? undefined : rangeOf(source, found.span);
    },
  };
}

/** A place with the path it was written at: of a field that an outer block hands down, a path below the outer one. */
interface Written {
  readonly span: Span;
  readonly path: string;
}

function nearestPlace(places: PlaceTable, path: string): Written | undefined {
  for (let at: string | undefined = path; at !== undefined; at = outerPath(at)) {
    for (let from: string | undefined = at; from !== undefined; from = handedDownFrom(from)) {
      const span = places.get(from);
      if (span !== undefined) return { span, path: from === at ? path : from + path.slice(at.length) };
    }
  }
  return undefined;
}

function addProblem(
  problem: FieldProblem,
  severity: 'error' | 'warning',
  source: Source,
  sink: DiagnosticSink,
  places: PlaceTable,
): void {
  if (severity === 'warning' && sink.hasEnoughWarnings()) return;
  const { span, path } = nearestPlace(places, problem.path) ?? { span: { from: 0, to: 0 }, path: problem.path };
  const message = `${problem.message.charAt(0).toUpperCase()}${problem.message.slice(1)}.`;
  const summary = severity === 'error' ? 'Invalid job' : 'Warning';
  sink.add(diagnosticAt(source, span, summary, message, { severity, hint: problem.hint, path }));
}

function complete(
  record: ModelRecord,
  source: Source,
  options: Pick<ParseOptions, 'allowNotYetRunnable'>,
  sink: DiagnosticSink,
  places: PlaceTable,
): Job | undefined {
  const add = (problem: FieldProblem, severity: 'error' | 'warning') =>
    addProblem(problem, severity, source, sink, places);
  for (const warning of warningsOf(record)) add(warning, 'warning');
  const job = canonicalizeJob(record);
  const reported = [...sink.errorPaths];
  const problems = options.allowNotYetRunnable === true ? brokenRules(job) : validateJob(job);
  for (const problem of problems) if (!followsFrom(problem, reported)) add(problem, 'error');
  if (!sink.hasErrors()) for (const advice of adviceOn(job)) add(advice, 'warning');
  return job;
}

/**
 * Whether a rule is broken only because something could not be read: the mistake is at the field, inside the block, or
 * the block has an unknown name where a required one is missing.
 */
function followsFrom(problem: FieldProblem, reported: readonly string[]): boolean {
  const { path, message } = problem;
  const isMissing = message.endsWith('is required');
  return reported.some((other) => other.startsWith(path) || (isMissing && other === outerPath(path)));
}

function decodeFile(
  body: Body,
  source: Source,
  options: ParseOptions,
  sink: DiagnosticSink,
  places: Places,
): ModelRecord | undefined {
  const jobs = topLevel(body, source, sink);
  const isReadable = !sink.hasErrors();
  const scope = jobScope(body, source, options, sink);
  const [job] = jobs;
  if (job === undefined) {
    if (!sink.hasErrors()) {
      const hint = 'write job "name" { … }';
      sink.add(diagnosticAt(source, { from: 0, to: 0 }, 'No job', 'The file has no job block.', { hint }));
    }
    return undefined;
  }
  const decoder: Decoder = { sink };
  const plan = bodyPlan(jobBlock);
  const place = new Place(undefined, '', undefined, job, plan);
  places.job = place;
  reportLabels(job, jobBlock, scope, decoder, place);
  const [label] = job.labels;
  const labelled: ModelRecord = label === undefined ? {} : { id: label.text };
  const record = decodeBody(withGroups(job.body), plan, place, scope, decoder, labelled);
  if (isReadable) return record;
  // After a syntax error parts of the job are missing: rules about more than one value would be noise.
  const reported = [...sink.errorPaths];
  for (const problem of brokenValues(record))
    if (!followsFrom(problem, reported)) addProblem(problem, 'error', source, sink, places);
  return undefined;
}

const TOP_LEVEL = ['job', 'variable', 'variables', 'locals'];

function topLevel(body: Body, source: Source, sink: DiagnosticSink): Block[] {
  for (const attribute of body.attributes) {
    const detail = `"${attribute.name}" stands outside of the job block.`;
    sink.add(
      diagnosticAt(source, attribute.nameSpan, 'Unexpected attribute', detail, {
        hint: 'move it into job "name" { … }',
      }),
    );
  }
  const jobs = body.blocks.filter((block) => block.type === 'job');
  for (const block of body.blocks) {
    if (TOP_LEVEL.includes(block.type)) continue;
    const detail = `A job file has the blocks ${TOP_LEVEL.join(', ')}; there is no "${block.type}" at the top.`;
    const hint = block.type === 'group' || block.type === 'task' ? 'move it into job "name" { … }' : undefined;
    sink.add(diagnosticAt(source, block.typeSpan, 'Unexpected block', detail, { hint }));
  }
  const second = jobs[1];
  if (second !== undefined) {
    const detail = 'A file describes one job; this is the second.';
    sink.add(
      diagnosticAt(source, second.typeSpan, 'More than one job', detail, { hint: 'put it in a file of its own' }),
    );
  }
  return jobs;
}

/** A task right under the job is a group of its own name, before the declared groups. */
function withGroups(body: Body): Body {
  const tasks = body.blocks.filter((block) => block.type === 'task');
  if (tasks.length === 0) return body;
  const groups = tasks.map((task): Block => {
    const { from, to, typeSpan, labels } = task;
    return { type: 'group', typeSpan, labels, body: { attributes: [], blocks: [task] }, from, to };
  });
  return { attributes: body.attributes, blocks: [...groups, ...body.blocks.filter((block) => block.type !== 'task')] };
}
