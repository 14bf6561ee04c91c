// For tests: one expression to plain data, with a scripted environment.

import { toJson } from '../decode/field-value.ts';
import { createFunctionTable } from '../functions/index.ts';
import { createDiagnosticSink } from '../syntax/diagnostic.ts';
import { parseExpressionText } from '../syntax/parse-file.ts';
import { createSource } from '../syntax/source.ts';
import { createBudget } from './budget.ts';
import { evaluate } from './evaluate.ts';
import type { FunctionEnvironment } from './function-table.ts';
import type { Scope } from './scope.ts';
import type { Value } from './value.ts';

/** Every environment function answers with what it was asked. */
export const echoEnvironment: FunctionEnvironment = {
  now: () => 0,
  randomUuid: () => 'u-4',
  namedUuid: (namespace, name) => `${namespace}:${name}`,
  hash: (algorithm, text) => `${algorithm}:${text}`,
  bcrypt: (text, cost) => `bcrypt:${cost}:${text}`,
  rsaDecrypt: (ciphertext, key) => `${ciphertext}/${key}`,
  parseYaml: (text) => ({ kind: 'scalar', text, isQuoted: false }),
  files: {
    readText: (path) => `text of ${path}`,
    readBase64: () => 'YQ==',
    exists: (path) => path === 'a.txt',
    match: () => ['a.txt'],
    absolute: (path) => `/home/${path}`,
    expandHome: (path) => path.replace('~', '/home'),
  },
};

/** Throws an Error with the detail of the first diagnostic. */
export function evaluateText(
  text: string,
  environment: FunctionEnvironment = echoEnvironment,
  locals: ReadonlyMap<string, Value> = new Map(),
): unknown {
  const source = createSource('expression', text);
  const sink = createDiagnosticSink();
  const node = parseExpressionText(source, sink);
  if (node === undefined || sink.hasErrors()) throw new Error(sink.list[0]?.detail ?? 'no expression');
  const budget = createBudget(undefined, environment.now);
  const scope: Scope = {
    source,
    budget,
    functions: createFunctionTable(environment, budget),
    roots: new Map([['local', { get: (name) => locals.get(name), names: () => [...locals.keys()] }]]),
    bindings: undefined,
    keepUnknown: true,
  };
  return toJson(evaluate(node, scope));
}
