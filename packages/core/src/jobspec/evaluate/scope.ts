// What names mean while an expression is evaluated.

import type { Reference } from '../syntax/ast.ts';
import type { Source } from '../syntax/source.ts';
import type { Budget } from './budget.ts';
import type { FunctionTable } from './function-table.ts';
import type { Value } from './value.ts';

/** A root whose members are made on demand: `var` and `local`. Throws a LanguageError for a member that cannot be had. */
export interface LazyRoot {
  /** Undefined = no such member. */
  get(name: string): Value | undefined;
  names(): readonly string[];
}

export interface Scope {
  /** The file the expression stands in. */
  readonly source: Source;
  readonly budget: Budget;
  readonly functions: FunctionTable;
  readonly roots: ReadonlyMap<string, LazyRoot>;
  /** Loop variables, innermost first. */
  readonly bindings: Binding | undefined;
  /** True where a name that is no var, local or loop variable stays as literal `${…}` text for run time. */
  readonly keepUnknown: boolean;
  /** Is told of every name that stays, where somebody wants to know. */
  readonly onKept?: (node: Reference, source: Source) => void;
}

export interface Binding {
  readonly name: string;
  readonly value: Value;
  readonly outer: Binding | undefined;
}

export function bind(scope: Scope, name: string, value: Value): Scope {
  return { ...scope, bindings: { name, value, outer: scope.bindings } };
}

/** Undefined = the name is not bound. */
export function lookUp(scope: Scope, name: string): Value | undefined {
  for (let binding = scope.bindings; binding !== undefined; binding = binding.outer) {
    if (binding.name === name) return binding.value;
  }
  return undefined;
}

export function boundNames(scope: Scope): string[] {
  const names: string[] = [];
  for (let binding = scope.bindings; binding !== undefined; binding = binding.outer) names.push(binding.name);
  return names;
}
