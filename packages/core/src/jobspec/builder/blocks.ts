// The builders of a job in TypeScript: `job`, `group`, `task`. They make plain data and remember where they were called.

import { copyRecord, type DataRecord, isPlain, JobBuildError } from './data.ts';
import type { GroupOptions } from './types/group.ts';
import type { JobOptions } from './types/job.ts';
import type { TaskOptions } from './types/options.ts';

interface Built<K extends 'job' | 'group' | 'task', C> {
  readonly block: K;
  /** The block's label. */
  readonly name: string;
  readonly options: DataRecord;
  readonly children: readonly C[];
  /** The stack where the builder was called, its first line the caller's. */
  readonly calledAt: string;
}

export interface BuiltTask extends Built<'task', never> {}
export interface BuiltGroup extends Built<'group', BuiltTask> {}
export interface BuiltJob extends Built<'job', BuiltGroup | BuiltTask> {}
export type BuiltBlock = BuiltJob | BuiltGroup | BuiltTask;

/**
 * What a job file may export instead of a job: a function that is called with the variables of the command line.
 *
 * @example
 * export default ({ vars }: JobInputs) => job('web', task('server', { driver: 'docker', config: { image: vars.image ?? 'web:1' } }));
 */
export interface JobInputs {
  /**
   * `-var` over `-var-file` over `ORCH_VAR_x` and `NOMAD_VAR_x`. All values are text; a list or an object of a variable
   * file is its JSON text. A variable that is given and never read is an error, as one that is not declared is in HCL.
   */
  readonly vars: Readonly<Record<string, string | undefined>>;
  /** Environment of the command that reads the file. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A job. A task right under it becomes a group of its own name.
 *
 * @param name the job's id
 * @throws JobBuildError when an argument is no data, or not what belongs here
 *
 * @example
 * export default job('docs', { type: 'service' }, group('web', task('server', { driver: 'docker', config: { image: 'web:1' } })));
 */
export function job(name: string, ...children: readonly (BuiltGroup | BuiltTask)[]): BuiltJob;
export function job(name: string, options: JobOptions, ...children: readonly (BuiltGroup | BuiltTask)[]): BuiltJob;
export function job(name: string, ...rest: readonly unknown[]): BuiltJob {
  return build('job', name, rest, ['group', 'task'], job) as BuiltJob;
}

/**
 * Tasks that run together on one node and share its network.
 *
 * @throws JobBuildError as `job`
 *
 * @example
 * group('web', { count: 2, network: { port: { http: {} } } }, task('server', { driver: 'exec', config: { command: 'serve' } }));
 */
export function group(name: string, ...children: readonly BuiltTask[]): BuiltGroup;
export function group(name: string, options: GroupOptions, ...children: readonly BuiltTask[]): BuiltGroup;
export function group(name: string, ...rest: readonly unknown[]): BuiltGroup {
  return build('group', name, rest, ['task'], group) as BuiltGroup;
}

/**
 * One thing a driver runs. `config` is typed for the drivers that come with orch, and open for others.
 *
 * @throws JobBuildError as `job`
 *
 * @example
 * task('server', { driver: 'docker', config: { image: 'web:1', ports: ['http'] }, resources: { cpu: 100, memory: 64 } });
 */
export function task<const D extends string>(name: string, options: TaskOptions<D>): BuiltTask {
  return build('task', name, [options], [], task) as BuiltTask;
}

/** Declared here, so that the types of this file need no others than the language's own. */
const stacks = Error as unknown as { captureStackTrace(target: object, above: Builder): void };

const marks = new WeakSet<object>();

type Builder = (...args: never[]) => unknown;

function build(
  block: BuiltBlock['block'],
  name: unknown,
  rest: readonly unknown[],
  inside: readonly string[],
  builder: Builder,
): BuiltBlock {
  try {
    if (typeof name !== 'string')
      throw new JobBuildError(`${block}(…) begins with its name, a text; this is ${typeof name}`);
    const called = `${block} "${name}"`;
    const [first] = rest;
    const hasOptions = isOptions(called, first, inside);
    const children = hasOptions ? rest.slice(1) : rest;
    for (const child of children) checkChild(called, child, inside);
    const options = hasOptions ? copyRecord(first as object, `${called}:`) : {};
    const built = { block, name, options, children, calledAt: callerOf(builder) } as BuiltBlock;
    marks.add(built);
    return Object.freeze(built);
  } catch (error) {
    // The stack begins where the person's own code is.
    if (error instanceof JobBuildError) stacks.captureStackTrace(error, builder);
    throw error;
  }
}

function isOptions(called: string, first: unknown, inside: readonly string[]): boolean {
  if (typeof first !== 'object' || first === null || marks.has(first)) return false;
  if (!Array.isArray(first) && isPlain(first) && !('block' in first)) return true;
  const expected = ['options', ...inside.map((name) => `${name}(…)`)].join(' or ');
  throw new JobBuildError(`${called}: expected ${expected}, found ${describe(first)}`);
}

function checkChild(called: string, child: unknown, inside: readonly string[]): void {
  const isBuilt = typeof child === 'object' && child !== null && marks.has(child);
  if (isBuilt && inside.includes((child as BuiltBlock).block)) return;
  const found = isBuilt ? `a ${(child as BuiltBlock).block}` : describe(child);
  const expected = inside.length === 0 ? 'nothing after its options' : `${inside.join('(…) or ')}(…)`;
  throw new JobBuildError(`${called}: expected ${expected}, found ${found}`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list (write ...list)';
  if (typeof value !== 'object' || value === null) return String(value);
  return isPlain(value) ? 'a plain object' : `a ${value.constructor.name}`;
}

/** The stack of whoever called `builder`. */
function callerOf(builder: Builder): string {
  const trace: { stack?: string } = {};
  stacks.captureStackTrace(trace, builder);
  return trace.stack ?? '';
}
