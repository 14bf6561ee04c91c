// `locals` blocks: values by name, evaluated when first used, so that their order does not matter.

import type { Attribute, Body } from '../syntax/ast.ts';
import { type DiagnosticSink, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import { evaluate } from './evaluate.ts';
import type { LazyRoot, Scope } from './scope.ts';
import type { Value } from './value.ts';

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
        diagnosticAt(source, attribute.nameSpan, 'Locals refer to each other in a circle', `${cycle}.`),
      );
    }
    path.push(name);
    try {
      const value = evaluate(attribute.value, scopeOf());
      values.set(name, value);
      return value;
    } catch (error) {
      if (error instanceof LanguageError) failed.set(name, error);
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

function collect(body: Body, scopeOf: () => Scope, sink: DiagnosticSink): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const block of body.blocks) {
    if (block.type !== 'locals') continue;
    for (const attribute of block.body.attributes) {
      if (attributes.has(attribute.name)) {
        const detail = `local.${attribute.name} is defined twice.`;
        sink.add(
          diagnosticAt(scopeOf().source, attribute.nameSpan, 'Local defined twice', detail, { hint: 'remove one' }),
        );
      } else {
        attributes.set(attribute.name, attribute);
      }
    }
  }
  return attributes;
}
