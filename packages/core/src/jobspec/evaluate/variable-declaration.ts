// `variable "x" { … }` and `variables { … }`: what they declare.

import { didYouMean } from '../../lib/nearest-name.ts';
import type { Attribute, Block, Expression, Reference } from '../syntax/ast.ts';
import { type DiagnosticSink, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Source, Span } from '../syntax/source.ts';
import { evaluate } from './evaluate.ts';
import { fail } from './failure.ts';
import { variablesIn } from './referenced-variables.ts';
import type { Scope } from './scope.ts';
import { parseType, type Type } from './type.ts';

export interface Declaration {
  readonly name: string;
  readonly span: Span;
  readonly source: Source;
  /** Undefined = that of the default, or text when there is none. */
  readonly type: Type | undefined;
  readonly fallback: Expression | undefined;
  readonly validations: readonly Validation[];
}

export interface Validation extends Span {
  readonly condition: Expression;
  readonly message: string;
}

const ATTRIBUTES = ['type', 'default', 'description'];
const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

/** @throws LanguageError for what is no declaration; smaller mistakes are reported */
export function readDeclaration(block: Block, scope: Scope, sink: DiagnosticSink): Declaration {
  const [label] = block.labels;
  if (label === undefined || block.labels.length > 1) {
    const detail = 'A variable block has one label, its name.';
    return fail(scope, block.typeSpan, 'Invalid variable', detail, { hint: 'write variable "name" { … }' });
  }
  if (!IDENTIFIER.test(label.text)) {
    const detail = `"${label.text}" is no name: it begins with a letter or "_", then come letters, digits, "_" and "-".`;
    return fail(scope, label, 'Invalid variable', detail);
  }
  for (const attribute of block.body.attributes) {
    if (ATTRIBUTES.includes(attribute.name)) continue;
    const detail = `A variable block has no attribute "${attribute.name}".`;
    const hint = didYouMean(attribute.name, ATTRIBUTES) ?? `it has: ${ATTRIBUTES.join(', ')} and validation { … }`;
    sink.add(diagnosticAt(scope.source, attribute.nameSpan, 'Unknown attribute', detail, { hint }));
  }
  const find = (name: string) => block.body.attributes.find((attribute) => attribute.name === name)?.value;
  const description = find('description');
  if (description !== undefined) readText(description, 'description', scope, sink);
  const typeNode = find('type');
  const validations: Validation[] = [];
  for (const inner of block.body.blocks) {
    try {
      validations.push(readValidation(inner, label.text, scope, sink));
    } catch (error) {
      if (!(error instanceof LanguageError)) throw error;
      sink.add(error.diagnostic);
    }
  }
  return {
    name: label.text,
    span: label,
    source: scope.source,
    type: typeNode === undefined ? undefined : parseType(typeNode, scope.source),
    fallback: find('default'),
    validations,
  };
}

/** A line of `variables { … }`. */
export function shortDeclaration(attribute: Attribute, scope: Scope): Declaration {
  return {
    name: attribute.name,
    span: attribute.nameSpan,
    source: scope.source,
    type: undefined,
    fallback: attribute.value,
    validations: [],
  };
}

function readText(node: Expression, name: string, scope: Scope, sink: DiagnosticSink): string | undefined {
  try {
    const value = evaluate(node, scope);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    sink.add(diagnosticAt(scope.source, node, 'Wrong type', `"${name}" is text.`, { hint: 'put it in quotes' }));
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    sink.add(error.diagnostic);
  }
  return undefined;
}

function readValidation(block: Block, name: string, scope: Scope, sink: DiagnosticSink): Validation {
  if (block.type !== 'validation') {
    const detail = `A variable block has no block "${block.type}".`;
    return fail(scope, block.typeSpan, 'Unknown block', detail, { hint: 'it has validation { … }' });
  }
  const find = (key: string) => block.body.attributes.find((attribute) => attribute.name === key)?.value;
  const condition = find('condition');
  const messageNode = find('error_message');
  if (condition === undefined || messageNode === undefined) {
    const missing = condition === undefined ? 'condition' : 'error_message';
    const detail = `A validation has a condition and an error_message; ${missing} is missing.`;
    return fail(scope, block.typeSpan, 'Invalid validation', detail, { hint: `add ${missing} = …` });
  }
  const written = readText(messageNode, 'error_message', scope, sink);
  const message = written ?? '';
  // One that is no text is reported already.
  if (written?.trim() === '') {
    fail(scope, messageNode, 'Invalid validation', 'The error_message is empty.', { hint: 'say what is expected' });
  }
  checkReferences(condition, name, scope);
  return { condition, message, from: block.from, to: block.typeSpan.to };
}

/** A condition is about its own variable, and about nothing else. */
function checkReferences(condition: Expression, name: string, scope: Scope): void {
  const isOwn = (reference: Reference) => reference.root === 'var' && reference.steps[0]?.key === name;
  const references = variablesIn(condition);
  const other = references.find((reference) => !isOwn(reference));
  if (other !== undefined) {
    const detail = `The condition of the variable "${name}" may refer to var.${name} only.`;
    fail(scope, other, 'Invalid validation', detail);
  }
  if (references.length > 0) return;
  const detail = `The condition does not look at var.${name}.`;
  fail(scope, condition, 'Invalid validation', detail, { hint: `refer to var.${name}` });
}
