// `locals` blocks: values by name, evaluated when first used, so that their order does not matter.

import type { Attribute, Body } from '../syntax/ast.ts';
import { type DiagnosticSink, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import { evaluate } from './evaluate.ts';
import type { LazyRoot, Scope } from './scope.ts';
import type { Value } from './value.ts';

const CIRCLE = 'Locals refer to each other in a circle';

/** The root that answers `local.<name>`. `scopeOf` gives the scope that holds the root itself. */
export function createLocals(body: Body, scopeOf: () => Scope, sink: DiagnosticSink): LazyRoot {
  const attributes = collect(body, scopeOf, sink);
  const values = new Map<string, Value>();
  const failed = new Map<string, LanguageError>();
  /** Names whose evaluation is under way, in order. */
  const path: string[] = [];

  const get = (name: string): Value | undefined => {
    const known = values.get(name);
    if (known !== undefined) return known;
    const earlier = failed.get(name);
    if (earlier !== undefined) throw earlier;
    const attribute = attributes.get(name);
    if (attribute === undefined) return undefined;
    const { source } = scopeOf();
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].map((step) => `local.${step}`).join(' → ');
      throw new LanguageError(
        diagnosticAt(source, attribute.nameSpan, CIRCLE, `${cycle}.`, {
          hint: 'one of them must have a value of its own',
        }),
      );
    }
    path.push(name);
    try {
      const value = evaluate(attribute.value, scopeOf());
      values.set(name, value);
      return value;
    } catch (error) {
      // A circle is found from inside; what another name of it comes to is seen when that name is asked for itself.
      const isInside = path.length > 1 && error instanceof LanguageError && error.diagnostic.summary === CIRCLE;
      if (error instanceof LanguageError && !isInside) failed.set(name, error);
      throw error;
    } finally {
      path.pop();
    }
  };
  return { get, names: () => [...attributes.keys()] };
}

/** Evaluates all locals, also unused ones, so that each mistake is reported, once. */
export function checkLocals(locals: LazyRoot, sink: DiagnosticSink): void {
  const reported = new Set<unknown>();
  for (const name of locals.names()) {
    try {
      locals.get(name);
    } catch (error) {
      if (!(error instanceof LanguageError)) throw error;
      if (!reported.has(error)) sink.add(error.diagnostic);
      reported.add(error);
    }
  }
}

/** Of a name in several blocks the last one counts, as in the field. */
function collect(body: Body, scopeOf: () => Scope, sink: DiagnosticSink): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const block of body.blocks) {
    if (block.type !== 'locals') continue;
    const { source } = scopeOf();
    for (const label of block.labels) {
      sink.add(diagnosticAt(source, label, 'Unexpected label', 'A locals block has no label.', { hint: 'remove it' }));
    }
    for (const inner of block.body.blocks) {
      const detail = `In locals stand only lines like name = value, no block "${inner.type}".`;
      sink.add(
        diagnosticAt(source, inner.typeSpan, 'Unexpected block', detail, { hint: `write ${inner.type} = { … }` }),
      );
    }
    for (const attribute of block.body.attributes) {
      if (attributes.has(attribute.name)) {
        const detail = `local.${attribute.name} is defined twice; the last one counts.`;
        sink.add(
          diagnosticAt(source, attribute.nameSpan, 'Local defined twice', detail, {
            severity: 'warning',
            hint: 'remove one',
          }),
        );
      }
      attributes.set(attribute.name, attribute);
    }
  }
  return attributes;
}
