// Function calls, and the three functions whose arguments are not plain values: try, can, convert.

import { didYouMean } from '../../lib/nearest-name.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { type DiagnosticOptions, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Span } from '../syntax/source.ts';
import { NumberLimitError } from './big-float.ts';
import { isRecoverable } from './budget.ts';
import { convertValue } from './convert.ts';
import type { LanguageFunction } from './function-table.ts';
import type { Scope } from './scope.ts';

import { parseType } from './type.ts';
import { describeValue, toItems, type Value, ValueError } from './value.ts';
import { weigh } from './weight.ts';

type Evaluate = (node: Expression, scope: Scope) => Value;

const SPECIAL: Record<string, (node: Call, scope: Scope, evaluate: Evaluate) => Value> = {
  try: tryCall,
  can: canCall,
  convert: convertCall,
};

/** Names of the functions that are evaluated specially, for messages and the reference. */
export const specialFunctionNames: readonly string[] = Object.keys(SPECIAL);

export function callFunction(node: Call, scope: Scope, evaluate: Evaluate): Value {
  if (Object.hasOwn(SPECIAL, node.name)) {
    const special = SPECIAL[node.name];
    if (special !== undefined) return special(node, scope, evaluate);
  }
  const { functions, context } = scope.functions;
  const found = Object.hasOwn(functions, node.name) ? functions[node.name] : undefined;
  if (found === undefined) return unknownFunction(node, scope);
  if (found.needs !== undefined && context.environment[found.needs] === undefined) {
    const reason =
      found.needs === 'files' ? 'it reads files, which the server does not do' : 'it is not to be had here';
    return fail(
      scope,
      node.nameSpan,
      'Function not available',
      `The function "${node.name}" cannot be used: ${reason}.`,
      {
        hint:
          found.needs === 'files' ? 'run the file with `orch job run`, which evaluates it on your machine' : undefined,
      },
    );
  }
  const args = argumentsOf(node, scope, evaluate);
  checkCount(node, found, args.length, scope);
  return invoke(node, found, args, scope);
}

function invoke(node: Call, found: LanguageFunction, args: readonly Value[], scope: Scope): Value {
  const missing = found.allowNull === true ? -1 : args.indexOf(null);
  if (missing >= 0) return failArgument(node, found, scope, missing, 'it must not be null');
  scope.budget.step(1 + (args.reduce((sum: number, arg) => sum + weigh(arg), 0) >> 4));
  try {
    const result = found.fn(args, scope.functions.context);
    scope.budget.produce(sizeOf(result));
    return typeof result === 'string' ? result.normalize('NFC') : result;
  } catch (error) {
    if (error instanceof NumberLimitError) return failArgument(node, found, scope, undefined, error.message);
    if (!(error instanceof ValueError)) throw error;
    return failArgument(node, found, scope, error.argument, error.message);
  }
}

/** Cost of a result: characters of text, elements of a collection. */
function sizeOf(value: Value): number {
  return typeof value === 'string' ? value.length : weigh(value);
}

function failArgument(
  node: Call,
  found: LanguageFunction,
  scope: Scope,
  index: number | undefined,
  why: string,
): never {
  const blamed: Span = (index === undefined ? undefined : node.args[Math.min(index, node.args.length - 1)]) ?? node;
  const name = index === undefined ? undefined : found.params[Math.min(index, found.params.length - 1)];
  const where = name === undefined ? '' : ` for "${name.replace('...', '')}"`;
  return fail(scope, blamed, 'Invalid function argument', `In the call of ${node.name}${where}: ${why}.`);
}

function unknownFunction(node: Call, scope: Scope): never {
  const names = [...Object.keys(scope.functions.functions), ...specialFunctionNames];
  return fail(scope, node.nameSpan, 'Unknown function', `There is no function "${node.name}".`, {
    hint: didYouMean(node.name, names),
  });
}

function argumentsOf(node: Call, scope: Scope, evaluate: Evaluate): Value[] {
  const values = node.args.map((arg) => evaluate(arg, scope));
  if (!node.expand) return values;
  const last = values.pop() ?? null;
  try {
    return [...values, ...toItems(last)];
  } catch {
    return fail(
      scope,
      node.args.at(-1) ?? node,
      'Unsuitable value',
      `Only a list can be expanded, not ${describeValue(last)}.`,
    );
  }
}

function checkCount(node: Call, found: LanguageFunction, count: number, scope: Scope): void {
  const variadic = found.params.at(-1)?.endsWith('...') === true;
  const most = variadic ? Number.POSITIVE_INFINITY : found.params.length;
  const least = found.params.length - (found.optional ?? 0) - (variadic ? 1 : 0);
  if (count >= least && count <= most) return;
  const usage = `${node.name}(${found.params.join(', ')})`;
  fail(scope, node, 'Wrong number of arguments', `${usage} was called with ${count} arguments.`);
}

function tryCall(node: Call, scope: Scope, evaluate: Evaluate): Value {
  let last: unknown;
  for (const arg of node.args) {
    try {
      return evaluate(arg, scope);
    } catch (error) {
      if (!isRecoverable(error)) throw error;
      last = error;
    }
  }
  if (last === undefined) return fail(scope, node, 'Wrong number of arguments', 'try needs at least one expression.');
  throw last;
}

function canCall(node: Call, scope: Scope, evaluate: Evaluate): Value {
  const [arg] = node.args;
  if (arg === undefined || node.args.length !== 1) {
    return fail(scope, node, 'Wrong number of arguments', 'can needs exactly one expression.');
  }
  try {
    evaluate(arg, scope);
    return true;
  } catch (error) {
    if (!isRecoverable(error)) throw error;
    return false;
  }
}

function convertCall(node: Call, scope: Scope, evaluate: Evaluate): Value {
  const [arg, typeNode] = node.args;
  if (arg === undefined || typeNode === undefined || node.args.length !== 2) {
    return fail(
      scope,
      node,
      'Wrong number of arguments',
      'convert needs a value and a type, such as convert("1", number).',
    );
  }
  const type = parseType(typeNode, scope.source);
  try {
    return convertValue(evaluate(arg, scope), type);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return fail(scope, arg, 'Unsuitable value', `Cannot convert: ${error.message}.`);
  }
}

function fail(scope: Scope, span: Span, summary: string, detail: string, options?: DiagnosticOptions): never {
  throw new LanguageError(diagnosticAt(scope.source, span, summary, detail, options));
}
