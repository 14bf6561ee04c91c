// What names mean in a job file: variables, locals, functions; and the names that are left for the node.

import { nearestName } from '../lib/nearest-name.ts';
import { type BudgetLimits, createBudget, DEFAULT_LIMITS } from './evaluate/budget.ts';
import type { FunctionEnvironment } from './evaluate/function-table.ts';
import { checkLocals, createLocals } from './evaluate/locals.ts';
import type { LazyRoot, Scope } from './evaluate/scope.ts';
import { resolveVariables } from './evaluate/variables.ts';
import { createFunctionTable } from './functions/index.ts';
import type { Body, Reference } from './syntax/ast.ts';
import { type DiagnosticSink, diagnosticAt } from './syntax/diagnostic.ts';
import type { Source } from './syntax/source.ts';

/** What the names in a job file depend on beside the file. */
export interface ScopeOptions {
  /** `--var` values in the order given: pairs, or an object. */
  readonly variables?: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[];
  readonly varFiles?: readonly { readonly fileName: string; readonly text: string }[];
  /** The process's environment; only `NOMAD_VAR_…` and `ORCH_VAR_…` are read. */
  readonly environmentVariables?: Readonly<Record<string, string | undefined>>;
  /** What functions may reach: clock, randomness, hashes, files. What is left out does not exist. */
  readonly functions?: FunctionEnvironment;
  /** Undeclared variables in var files are errors. @default true */
  readonly strict?: boolean;
  readonly limits?: Partial<BudgetLimits>;
}

/** Reads variables and locals of a file, reports what is wrong with them, and gives the scope of its job. */
export function jobScope(body: Body, source: Source, options: ScopeOptions, sink: DiagnosticSink): Scope {
  const environment = options.functions ?? {};
  const budget = createBudget({ ...DEFAULT_LIMITS, ...options.limits }, environment.now);
  const functions = createFunctionTable(environment, budget);
  const bare: Scope = { source, budget, functions, roots: new Map(), bindings: undefined, keepUnknown: false };
  const variables = resolveVariables(body, variableInputs(options), bare, sink);
  const roots = new Map<string, LazyRoot>([['var', variables]]);
  const onKept = (node: Reference, inFile: Source) => adviseName(node, inFile, sink);
  const scope: Scope = { ...bare, roots, keepUnknown: true, onKept };
  const locals = createLocals(body, () => scope, sink);
  roots.set('local', locals);
  checkLocals(locals, sink);
  return scope;
}

function variableInputs(options: ScopeOptions): Parameters<typeof resolveVariables>[1] {
  const { variables = [], environmentVariables = {} } = options;
  const environment = Object.entries(environmentVariables).flatMap(([key, value]) =>
    value === undefined || !/^(NOMAD|ORCH)_VAR_/.test(key) ? [] : [[key, value] as const],
  );
  return {
    environment: Object.fromEntries(environment),
    files: options.varFiles ?? [],
    given: Array.isArray(variables) ? (variables as readonly (readonly [string, string])[]) : Object.entries(variables),
    strict: options.strict ?? true,
  };
}

/** Roots with members: of the file, and of the node that runs the job. */
const ROOTS = ['var', 'local', 'node', 'attr', 'meta', 'env', 'secret'];

/** A root that is nearly one of those is no mistake to the language: the text would stay as it is, on the node, too. */
function adviseName({ root, steps, from }: Reference, source: Source, sink: DiagnosticSink): void {
  const [step] = steps;
  if (step === undefined || ROOTS.includes(root) || sink.hasEnoughWarnings()) return;
  const meant = nearestName(root, ROOTS);
  if (meant === undefined) return;
  const detail = `Nothing is called "${root}", here or on the node: this stays as it is written.`;
  const hint = `did you mean "${meant}"?`;
  const span = { from, to: from + root.length };
  sink.add(diagnosticAt(source, span, 'Unknown name', detail, { severity: 'warning', hint }));
}
