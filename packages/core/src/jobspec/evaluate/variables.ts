// `variable` and `variables` blocks, and the values given to them from outside.

import { didYouMean } from '../../lib/nearest-name.ts';
import type { Attribute, Block, Body, Expression } from '../syntax/ast.ts';
import { type Diagnostic, type DiagnosticSink, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import { parseExpressionText, parseFile } from '../syntax/parse-body.ts';
import { createSource, type Source, type Span } from '../syntax/source.ts';
import { convertValue } from './convert.ts';
import { evaluate } from './evaluate.ts';
import type { LazyRoot, Scope } from './scope.ts';
import { parseType, type Type, typeText } from './type.ts';
import { toBool, toText, type Value, ValueError } from './value.ts';

/** Values from outside. Later kinds win: environment, then files in order, then `given` in order. */
export interface VariableInputs {
  /** `NOMAD_VAR_x` and `ORCH_VAR_x` of the process; other names are passed over. */
  readonly environment: Readonly<Record<string, string>>;
  readonly files: readonly { readonly fileName: string; readonly text: string }[];
  /** `name=value` of the command line, split. */
  readonly given: readonly (readonly [name: string, value: string])[];
  /** Undeclared names in files are errors, else warnings. */
  readonly strict: boolean;
}

interface Declaration {
  readonly name: string;
  readonly span: Span;
  readonly source: Source;
  readonly type: Type | undefined;
  readonly fallback: Expression | undefined;
  readonly validations: readonly { readonly condition: Expression; readonly message: Expression }[];
}

interface State {
  readonly values: Map<string, Value>;
  /** What was said about a variable that has no usable value: its uses say the same, which is reported once. */
  readonly failed: Map<string, Diagnostic>;
  readonly sink: DiagnosticSink;
}

/** Resolves all variables; everything wrong is reported. The root answers `var.<name>`. */
export function resolveVariables(body: Body, inputs: VariableInputs, scope: Scope, sink: DiagnosticSink): LazyRoot {
  const declarations = new Map<string, Declaration>();
  const state: State = { values: new Map(), failed: new Map(), sink };
  for (const block of body.blocks) {
    if (block.type === 'variable') {
      guard(state, block.labels[0]?.text, () => declare(declarations, readDeclaration(block, scope), sink));
    } else if (block.type === 'variables') {
      for (const attribute of block.body.attributes) declare(declarations, shortDeclaration(attribute, scope), sink);
    }
  }
  for (const declaration of declarations.values()) {
    const { fallback, name } = declaration;
    if (fallback === undefined) continue;
    guard(state, name, () => assign(state, declaration, evaluate(fallback, scope), scope, fallback));
  }
  applyInputs(declarations, state, inputs, scope, sink);
  finish(declarations, state, scope);
  const get = (name: string) => {
    const diagnostic = state.failed.get(name);
    if (diagnostic !== undefined) throw new LanguageError(diagnostic);
    return state.values.get(name);
  };
  return { get, names: () => [...declarations.keys()] };
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

function fail(source: Source, span: Span, summary: string, detail: string, hint?: string): never {
  throw new LanguageError(diagnosticAt(source, span, summary, detail, { hint }));
}

function declare(declarations: Map<string, Declaration>, declaration: Declaration, sink: DiagnosticSink): void {
  if (declarations.has(declaration.name)) {
    const detail = `The variable "${declaration.name}" is declared twice.`;
    sink.add(
      diagnosticAt(declaration.source, declaration.span, 'Variable declared twice', detail, { hint: 'remove one' }),
    );
    return;
  }
  declarations.set(declaration.name, declaration);
}

const ATTRIBUTES = ['type', 'default', 'description', 'sensitive', 'nullable'];

function readDeclaration(block: Block, scope: Scope): Declaration {
  const { source } = scope;
  const [label] = block.labels;
  if (label === undefined || block.labels.length > 1) {
    return fail(
      source,
      block.typeSpan,
      'Invalid variable',
      'A variable block has one label, its name.',
      'variable "name" { … }',
    );
  }
  const find = (name: string) => block.body.attributes.find((attribute) => attribute.name === name);
  const unknown = block.body.attributes.find((attribute) => !ATTRIBUTES.includes(attribute.name));
  if (unknown !== undefined) {
    const detail = `A variable block has no attribute "${unknown.name}".`;
    return fail(source, unknown.nameSpan, 'Unknown attribute', detail, didYouMean(unknown.name, ATTRIBUTES));
  }
  const typeNode = find('type')?.value;
  const validations = block.body.blocks.map((inner) => readValidation(inner, source));
  return {
    name: label.text,
    span: label,
    source,
    type: typeNode === undefined ? undefined : parseType(typeNode, source),
    fallback: find('default')?.value,
    validations,
  };
}

function readValidation(block: Block, source: Source): Declaration['validations'][number] {
  if (block.type !== 'validation') {
    return fail(
      source,
      block.typeSpan,
      'Unknown block',
      `A variable block has no block "${block.type}".`,
      'validation { … }',
    );
  }
  const find = (name: string) => block.body.attributes.find((attribute) => attribute.name === name)?.value;
  const condition = find('condition');
  const message = find('error_message');
  if (condition === undefined || message === undefined) {
    return fail(source, block.typeSpan, 'Invalid validation', 'A validation needs condition and error_message.');
  }
  return { condition, message };
}

function shortDeclaration(attribute: Attribute, scope: Scope): Declaration {
  return {
    name: attribute.name,
    span: attribute.nameSpan,
    source: scope.source,
    type: undefined,
    fallback: attribute.value,
    validations: [],
  };
}

function assign(state: State, declaration: Declaration, value: Value, scope: Scope, span: Span): void {
  const { type, name } = declaration;
  try {
    state.values.set(name, type === undefined ? value : convertValue(value, type));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const wanted = type === undefined ? 'any' : typeText(type);
    fail(scope.source, span, 'Unsuitable variable value', `The variable "${name}" is ${wanted}: ${error.message}.`);
  }
}

function applyInputs(
  declarations: ReadonlyMap<string, Declaration>,
  state: State,
  inputs: VariableInputs,
  scope: Scope,
  sink: DiagnosticSink,
): void {
  for (const prefix of ['NOMAD_VAR_', 'ORCH_VAR_']) {
    for (const [key, text] of Object.entries(inputs.environment)) {
      const declaration = key.startsWith(prefix) ? declarations.get(key.slice(prefix.length)) : undefined;
      if (declaration !== undefined) assignText(state, declaration, text, `environment variable ${key}`, scope, sink);
    }
  }
  for (const file of inputs.files) applyFile(declarations, state, file, inputs.strict, scope, sink);
  for (const [name, text] of inputs.given) {
    const declaration = declarations.get(name);
    const source = createSource(`--var ${name}`, text);
    if (declaration !== undefined) assignText(state, declaration, text, source.fileName, scope, sink);
    else reportUndeclared(name, source, { from: 0, to: text.length }, declarations, 'error', sink);
  }
}

function reportUndeclared(
  name: string,
  source: Source,
  span: Span,
  declarations: ReadonlyMap<string, Declaration>,
  severity: 'error' | 'warning',
  sink: DiagnosticSink,
): void {
  const hint = didYouMean(name, declarations.keys()) ?? `declare it in the job file: variable "${name}" {}`;
  sink.add(
    diagnosticAt(source, span, 'Undeclared variable', `The job file declares no variable "${name}".`, {
      severity,
      hint,
    }),
  );
}

/** Text is the value itself for a string variable, else an expression. */
function assignText(
  state: State,
  declaration: Declaration,
  text: string,
  origin: string,
  scope: Scope,
  sink: DiagnosticSink,
): void {
  const source = createSource(origin, text);
  const current = state.values.get(declaration.name);
  const kind = declaration.type?.kind ?? (typeof current === 'object' && current !== null ? 'list' : 'string');
  const isPlain = kind === 'string' || kind === 'number' || kind === 'bool';
  const inner = { ...scope, source };
  const whole = { from: 0, to: text.length };
  guard(state, declaration.name, () => {
    if (isPlain) {
      assign(state, declaration, text, inner, whole);
      return;
    }
    const node = parseExpressionText(source, sink);
    if (node !== undefined) assign(state, declaration, evaluate(node, inner), inner, whole);
  });
}

function applyFile(
  declarations: ReadonlyMap<string, Declaration>,
  state: State,
  file: { readonly fileName: string; readonly text: string },
  strict: boolean,
  scope: Scope,
  sink: DiagnosticSink,
): void {
  const source = createSource(file.fileName, file.text);
  const body = parseFile(source, sink);
  const inner = { ...scope, source };
  for (const attribute of body.attributes) {
    const declaration = declarations.get(attribute.name);
    if (declaration === undefined) {
      reportUndeclared(attribute.name, source, attribute.nameSpan, declarations, strict ? 'error' : 'warning', sink);
    } else {
      guard(state, declaration.name, () =>
        assign(state, declaration, evaluate(attribute.value, inner), inner, attribute.value),
      );
    }
  }
  for (const block of body.blocks) {
    const detail = `A variables file has only lines like name = value, no block "${block.type}".`;
    sink.add(diagnosticAt(source, block.typeSpan, 'Unexpected block', detail));
  }
}

/** Missing values and failed validations. */
function finish(declarations: ReadonlyMap<string, Declaration>, state: State, scope: Scope): void {
  for (const { name, source, span, validations } of declarations.values()) {
    const value = state.values.get(name);
    if (state.failed.has(name)) continue;
    if (value === undefined) {
      const hint = `give it with --var ${name}=…, in a file with --var-file, or by ORCH_VAR_${name}`;
      const detail = `The variable "${name}" has no default and no value.`;
      const diagnostic = diagnosticAt(source, span, 'Variable without a value', detail, { hint });
      state.failed.set(name, diagnostic);
      state.sink.add(diagnostic);
      continue;
    }
    const own: LazyRoot = { get: (key) => (key === name ? value : undefined), names: () => [name] };
    const inner: Scope = { ...scope, roots: new Map([['var', own]]), keepUnknown: false };
    for (const validation of validations) guard(state, undefined, () => runValidation(name, validation, inner));
  }
}

function runValidation(name: string, validation: Declaration['validations'][number], scope: Scope): void {
  const passed = converted(validation.condition, scope, toBool);
  if (passed) return;
  const message = converted(validation.message, scope, toText);
  fail(scope.source, validation.condition, 'Invalid value for variable', `${message} (variable "${name}")`);
}

function converted<T>(node: Expression, scope: Scope, convert: (value: Value) => T): T {
  const value = evaluate(node, scope);
  try {
    return convert(value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return fail(scope.source, node, 'Unsuitable value', `The validation cannot use this: ${error.message}.`);
  }
}
