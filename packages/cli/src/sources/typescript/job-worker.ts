// Worker thread: runs one job file written in TypeScript and hands its job over. It ends with the file: no loop of it is endless.

import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { BuiltJob, JobInputs } from '@orch/core/jobspec';
import type { JobFileAnswer, JobFileStart } from './run-job-file.ts';

const { url, builderUrl, variables } = workerData as JobFileStart;

/** What job files import; the command line brings its own, whatever is installed where the file is. */
const builder = /^@orch\/core\/jobspec(\/|$)/;

registerHooks({
  resolve: (specifier, context, next) =>
    builder.test(specifier) ? { url: builderUrl, format: 'module', shortCircuit: true } : next(specifier, context),
  load(loaded, context, next) {
    // Without a package.json that says so, Node would take a .ts file for a CommonJS one first, and warn.
    const isOwn = loaded.startsWith('file:') && /\.ts$/.test(loaded) && !loaded.includes('/node_modules/');
    return next(loaded, isOwn ? { ...context, format: 'module-typescript' } : context);
  },
});

class ProcessEnd extends Error {
  override readonly name = 'ProcessEnd';
}

process.exit = (code) => {
  throw new ProcessEnd(`it calls process.exit(${code ?? ''}); a job file exports its job and ends by itself`);
};

const read = new Set<string>();

/** Remembers which variables are asked for. */
const vars = new Proxy<Record<string, string>>(
  { ...variables },
  {
    get(target, name) {
      if (typeof name === 'string') read.add(name);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      if (typeof name === 'string') read.add(name);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      for (const name of Object.keys(target)) read.add(name);
      return Reflect.ownKeys(target);
    },
  },
);

async function evaluate(): Promise<JobFileAnswer> {
  const module = (await import(url)) as { default?: unknown };
  const exported = module.default;
  const inputs: JobInputs = { vars, env: process.env };
  const value: unknown = await (typeof exported === 'function'
    ? (exported as (given: JobInputs) => unknown)(inputs)
    : exported);
  if (!isJob(value)) return { kind: 'no-job', found: describe(exported, value) };
  return { kind: 'job', job: value, read: [...read] };
}

function isJob(value: unknown): value is BuiltJob {
  return typeof value === 'object' && value !== null && (value as Partial<BuiltJob>).block === 'job';
}

function describe(exported: unknown, value: unknown): string {
  if (exported === undefined) return 'it has no default export';
  const block = typeof value === 'object' && value !== null ? (value as { block?: unknown }).block : undefined;
  const what = typeof block === 'string' ? `a ${block}` : value === null ? 'null' : `a value of type ${typeof value}`;
  return typeof exported === 'function' ? `its default export returns ${what}` : `its default export is ${what}`;
}

function failure(error: unknown): JobFileAnswer {
  if (!(error instanceof Error)) return { kind: 'failed', name: 'Error', message: String(error), stack: '' };
  const { name, message, stack = '' } = error;
  return { kind: 'failed', name, message, stack };
}

// Not awaited at the top: for a promise of the file that never settles Node would print this program as the culprit.
void evaluate()
  .catch(failure)
  .then((answer) => parentPort?.postMessage(answer));
