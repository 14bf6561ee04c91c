// The values of variables: their defaults, and what is given from outside.

import { didYouMean } from '../../lib/nearest-name.ts';
import { jsonAttributes } from '../decode/json-body.ts';
import type { Body, Expression } from '../syntax/ast.ts';
import {
  createDiagnosticSink,
  type Diagnostic,
  type DiagnosticSink,
  diagnosticAt,
  LanguageError,
} from '../syntax/diagnostic.ts';
import { parseJson } from '../syntax/json.ts';
import { checkSource, parseExpressionText, parseFile } from '../syntax/parse-file.ts';
import { createSource, lineAt, type Source, type Span } from '../syntax/source.ts';
import { convertValue } from './convert.ts';
import { evaluate } from './evaluate.ts';
import { fail } from './failure.ts';
import type { LazyRoot, Scope } from './scope.ts';
import { type Type, typeText } from './type.ts';
import { typeOf } from './type-of.ts';
import { toBool, type Value, ValueError } from './value.ts';
import { type Declaration, readDeclaration, shortDeclaration, type Validation } from './variable-declaration.ts';

/** Values from outside. Later kinds win: environment, then files in order, then `given` in order. */
export interface VariableInputs {
  /** `NOMAD_VAR_x` and `ORCH_VAR_x` of the process; other names are passed over. */
  readonly environment: Readonly<Record<string, string>>;
  /** HCL, or JSON when the text begins with `{`. */
  readonly files: readonly { readonly fileName: string; readonly text: string }[];
  /** `name=value` of the command line, split. */
  readonly given: readonly (readonly [name: string, value: string])[];
  /** Undeclared names are errors, else warnings. */
  readonly strict: boolean;
}

/** A value with the place it was written at. */
interface Assigned {
  readonly value: Value;
  readonly source: Source;
  readonly span: Span;
}

interface State {
  readonly declarations: Map<string, Declaration>;
  readonly values: Map<string, Assigned>;
  /** Types of variables without a type of their own: that of the default. */
  readonly defaultTypes: Map<string, Type>;
  /** What was said about a variable that has no usable value: its uses say the same, which is reported once. */
  readonly failed: Map<string, Diagnostic>;
  readonly sink: DiagnosticSink;
}

/** Resolves all variables; everything wrong is reported. The root answers `var.<name>`. */
export function resolveVariables(body: Body, inputs: VariableInputs, scope: Scope, sink: DiagnosticSink): LazyRoot {
  const state: State = {
    declarations: new Map(),
    values: new Map(),
    defaultTypes: new Map(),
    failed: new Map(),
    sink,
  };
  for (const block of body.blocks) {
    if (block.type === 'variable') {
      guard(state, block.labels[0]?.text, () => declare(state, readDeclaration(block, scope, sink)));
    } else if (block.type === 'variables') {
      for (const attribute of block.body.attributes) declare(state, shortDeclaration(attribute, scope));
      for (const inner of block.body.blocks) reportBlock(state, scope.source, inner.typeSpan, inner.type);
    }
  }
  for (const declaration of state.declarations.values()) {
    const { fallback, name, type } = declaration;
    if (fallback === undefined) continue;
    guard(state, name, () => {
      const value = evaluate(fallback, scope);
      if (type === undefined) state.defaultTypes.set(name, typeOf(value));
      assign(state, declaration, value, scope, fallback);
    });
  }
  applyInputs(state, inputs, scope);
  for (const declaration of state.declarations.values()) finish(state, declaration, scope);
  const get = (name: string) => {
    const diagnostic = state.failed.get(name);
    if (diagnostic !== undefined) throw new LanguageError(diagnostic);
    return state.values.get(name)?.value;
  };
  return { get, names: () => [...state.declarations.keys()] };
}

/** Reports what goes wrong with a variable and remembers it. */
function guard(state: State, name: string | undefined, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    state.sink.add(error.diagnostic);
    if (name !== undefined) state.failed.set(name, error.diagnostic);
  }
}

function declare(state: State, declaration: Declaration): void {
  const { name, span, source } = declaration;
  if (!state.declarations.has(name)) {
    state.declarations.set(name, declaration);
    return;
  }
  const detail = `The variable "${name}" is declared twice.`;
  state.sink.add(diagnosticAt(source, span, 'Variable declared twice', detail, { hint: 'remove one' }));
}

function typeFor(state: State, { name, type }: Declaration): Type | undefined {
  return type ?? state.defaultTypes.get(name);
}

function assign(state: State, declaration: Declaration, value: Value, scope: Scope, span: Span): void {
  const { name } = declaration;
  const type = typeFor(state, declaration);
  try {
    const converted = type === undefined ? value : convertValue(value, type);
    state.values.set(name, { value: converted, source: scope.source, span });
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const wanted = type === undefined ? 'any' : typeText(type);
    const isInferred = declaration.type === undefined;
    const hint = isInferred
      ? `the type is that of the default; declare another: variable "${name}" { type = … }`
      : undefined;
    const detail = `The variable "${name}" is ${wanted}: ${error.message}.`;
    fail(scope, span, 'Unsuitable variable value', detail, { hint });
  }
}

function applyInputs(state: State, inputs: VariableInputs, scope: Scope): void {
  for (const prefix of ['NOMAD_VAR_', 'ORCH_VAR_']) {
    for (const [key, text] of Object.entries(inputs.environment)) {
      const declaration = key.startsWith(prefix) ? state.declarations.get(key.slice(prefix.length)) : undefined;
      if (declaration !== undefined) assignText(state, declaration, text, `environment variable ${key}`, scope);
    }
  }
  for (const file of inputs.files) applyFile(state, file, inputs.strict, scope);
  for (const [name, text] of inputs.given) {
    const declaration = state.declarations.get(name);
    const source = createSource(`--var ${name}`, text);
    if (declaration !== undefined) assignText(state, declaration, text, source.fileName, scope);
    else reportUndeclared(state, name, source, { from: 0, to: text.length }, inputs.strict);
  }
}

function reportUndeclared(state: State, name: string, source: Source, span: Span, strict: boolean): void {
  const hint = didYouMean(name, state.declarations.keys()) ?? `declare it in the job file: variable "${name}" {}`;
  const severity = strict ? 'error' : 'warning';
  const detail = `The job file declares no variable "${name}".`;
  state.sink.add(diagnosticAt(source, span, 'Undeclared variable', detail, { severity, hint }));
}

function reportBlock(state: State, source: Source, span: Span, type: string): void {
  const detail = `Here stand only lines like name = value, no block "${type}".`;
  const hint = type === 'variable' ? 'declare variables in the job file; here they only get values' : undefined;
  state.sink.add(diagnosticAt(source, span, 'Unexpected block', detail, { hint }));
}

/** Text is the value itself for text, numbers and booleans, else an expression. */
function assignText(state: State, declaration: Declaration, text: string, origin: string, scope: Scope): void {
  const source = createSource(origin, text);
  const kind = typeFor(state, declaration)?.kind ?? 'string';
  const inner = { ...scope, source };
  const whole = { from: 0, to: text.length };
  guard(state, declaration.name, () => {
    if (kind === 'string' || kind === 'number' || (kind === 'bool' && !text.includes('"'))) {
      assign(state, declaration, text, inner, whole);
      return;
    }
    const node = expressionOf(source);
    assign(state, declaration, evaluate(node, inner), inner, whole);
  });
}

/** Values of collections are written as in the job file. */
function expressionOf(source: Source): Expression {
  const sink = createDiagnosticSink();
  const node = parseExpressionText(source, sink);
  const [problem] = sink.list;
  if (node !== undefined && problem === undefined) return node;
  const hint = 'write the value as in a job file: ["a", "b"], { a = 1 }, text in quotes';
  const whole = { from: 0, to: source.text.length };
  const detail = `"${source.text.slice(0, 40)}" is no expression.`;
  throw new LanguageError({ ...(problem ?? diagnosticAt(source, whole, 'Invalid expression', detail)), hint });
}

function applyFile(state: State, file: VariableInputs['files'][number], strict: boolean, scope: Scope): void {
  const source = createSource(file.fileName, file.text);
  const body = readFile(source, state.sink);
  const inner = { ...scope, source };
  for (const attribute of body?.attributes ?? []) {
    const declaration = state.declarations.get(attribute.name);
    if (declaration === undefined) reportUndeclared(state, attribute.name, source, attribute.nameSpan, strict);
    else {
      guard(state, declaration.name, () =>
        assign(state, declaration, evaluate(attribute.value, inner), inner, attribute.value),
      );
    }
  }
  for (const block of body?.blocks ?? []) reportBlock(state, source, block.typeSpan, block.type);
}

function readFile(source: Source, sink: DiagnosticSink): Body | undefined {
  if (!source.text.trimStart().startsWith('{')) return parseFile(source, sink);
  if (!checkSource(source, sink)) return undefined;
  const root = parseJson(source, sink);
  return root?.kind === 'object' ? jsonAttributes(root, source, sink) : undefined;
}

/** Missing values and failed validations. */
function finish(state: State, { name, source, span, validations }: Declaration, scope: Scope): void {
  if (state.failed.has(name)) return;
  const assigned = state.values.get(name);
  if (assigned === undefined) {
    const hint = `give it with --var ${name}=…, in a file with --var-file, or by ORCH_VAR_${name}`;
    const detail = `The variable "${name}" has no default and no value.`;
    const diagnostic = diagnosticAt(source, span, 'Variable without a value', detail, { hint });
    state.failed.set(name, diagnostic);
    state.sink.add(diagnostic);
    return;
  }
  const own: LazyRoot = { get: (key) => (key === name ? assigned.value : undefined), names: () => [name] };
  const inner: Scope = { ...scope, roots: new Map([['var', own]]), keepUnknown: false };
  for (const validation of validations) guard(state, undefined, () => validate(name, assigned, validation, inner));
}

function validate(name: string, assigned: Assigned, validation: Validation, scope: Scope): void {
  const result = evaluate(validation.condition, scope);
  let passed: boolean;
  try {
    passed = toBool(result);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(scope, validation.condition, 'Invalid validation', `The condition is true or false: ${error.message}.`);
  }
  if (passed) return;
  const { message } = validation;
  const detail = `${message}${/[.!?]$/.test(message) ? '' : '.'} (variable "${name}")`;
  fail({ ...scope, source: assigned.source }, assigned.span, 'Invalid value for variable', detail, {
    hint: `the rule stands at ${placeOf(scope.source, validation)}`,
  });
}

function placeOf(source: Source, span: Span): string {
  return `${source.fileName}:${lineAt(source, span.from)}`;
}
