// The variables a job in TypeScript is called with, from the same places as those of HCL.

import { toJson } from '../decode/field-value.ts';
import { type BudgetLimits, createBudget, DEFAULT_LIMITS } from '../evaluate/budget.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import { toText, type Value } from '../evaluate/value.ts';
import { createFunctionTable } from '../functions/index.ts';
import type { ParseOptions } from '../parse-job.ts';
import { createDiagnosticSink, type Diagnostic, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import { parseFile } from '../syntax/parse-file.ts';
import { createSource, rangeOf, type Source } from '../syntax/source.ts';

export interface BuildInputs {
  readonly values: Readonly<Record<string, string>>;
  /** What is wrong when the job file never asks for a variable, by name. */
  readonly unread: ReadonlyMap<string, Diagnostic>;
  /** Errors of variable files. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, Source>;
}

/** Later ones win: environment, files in order, `-var` in order. */
export function buildInputs(options: ParseOptions & { readonly limits?: Partial<BudgetLimits> }): BuildInputs {
  const sink = createDiagnosticSink();
  const values = new Map<string, string>();
  const unread = new Map<string, Diagnostic>();
  const sources = new Map<string, Source>();
  for (const prefix of ['NOMAD_VAR_', 'ORCH_VAR_']) {
    for (const [key, text] of Object.entries(options.environmentVariables ?? {})) {
      if (key.startsWith(prefix) && text !== undefined) values.set(key.slice(prefix.length), text);
    }
  }
  for (const file of options.varFiles ?? []) {
    const source = createSource(file.fileName, file.text);
    sources.set(file.fileName, source);
    const scope = scopeFor(source, options);
    const body = parseFile(source, sink);
    for (const block of body.blocks) {
      const detail = `A variables file has only lines like name = value, no block "${block.type}".`;
      sink.add(diagnosticAt(source, block.typeSpan, 'Unexpected block', detail));
    }
    for (const { name, nameSpan, value } of body.attributes) {
      try {
        values.set(name, textOf(evaluate(value, scope)));
      } catch (error) {
        if (!(error instanceof LanguageError)) throw error;
        sink.add(error.diagnostic);
      }
      const severity = options.strict === false ? 'warning' : 'error';
      unread.set(name, { ...unreadVariable(name, file.fileName), severity, range: rangeOf(source, nameSpan) });
    }
  }
  const { variables = [] } = options;
  const given = Array.isArray(variables)
    ? (variables as readonly (readonly [string, string])[])
    : Object.entries(variables);
  for (const [name, text] of given) {
    values.set(name, text);
    unread.set(name, unreadVariable(name, `--var ${name}`));
  }
  return { values: Object.fromEntries(values), unread, diagnostics: sink.list, sources };
}

function scopeFor(source: Source, options: ParseOptions): Scope {
  const environment = options.functions ?? {};
  const budget = createBudget({ ...DEFAULT_LIMITS, ...options.limits }, environment.now);
  const functions = createFunctionTable(environment, budget);
  return { source, budget, functions, roots: new Map(), bindings: undefined, keepUnknown: false };
}

function textOf(value: Value): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(toJson(value)) : toText(value ?? '');
}

function unreadVariable(name: string, fileName: string): Diagnostic {
  return {
    severity: 'error',
    summary: 'Undeclared variable',
    detail: `The job file never reads the variable "${name}".`,
    hint: `export default ({ vars }) => job(…), with vars.${name} in it`,
    fileName,
  };
}
