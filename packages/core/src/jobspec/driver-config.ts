// A task's `config` at run time: every text is a template of the language, evaluated with what the node knows.

import { didYouMean } from '../lib/nearest-name.ts';
import type { Json } from '../model/task.ts';
import { type DriverConfigSchema, validateDriverConfig } from '../schema/driver-config.ts';
import type { FieldProblem } from '../schema/field.ts';
import { joinPath } from '../schema/path.ts';
import { toJson } from './decode/field-value.ts';
import { createBudget } from './evaluate/budget.ts';
import { evaluate } from './evaluate/evaluate.ts';
import type { Binding, Scope } from './evaluate/scope.ts';
import type { Value } from './evaluate/value.ts';
import { createFunctionTable } from './functions/index.ts';
import type { InterpolationValues } from './interpolate.ts';
import { createDiagnosticSink, type Diagnostic, LanguageError } from './syntax/diagnostic.ts';
import { parseTemplateText } from './syntax/parse-file.ts';
import { createSource } from './syntax/source.ts';

export interface ResolvedDriverConfig {
  /** In the shape and the types that the driver's schema says. */
  readonly config: Readonly<Record<string, Json>>;
  /** What could not be resolved or does not fit the schema then; paths begin with `config`. */
  readonly problems: readonly FieldProblem[];
}

/**
 * Evaluates each text of a driver's block as Nomad does: `${NOMAD_PORT_http}`, `${attr.kernel.name}`,
 * `${env["MY-NAME"]}`, also with functions, operators and `%{ if }`; `$${` stands for `${`. Keys are evaluated too, but
 * for the names of the options themselves. A reference to what the node does not know is a problem.
 */
export function resolveDriverConfig(
  config: Readonly<Record<string, Json>>,
  values: InterpolationValues,
  schema: DriverConfigSchema,
): ResolvedDriverConfig {
  const evaluator = createEvaluator(values);
  const resolved: Record<string, Json> = {};
  for (const [name, value] of Object.entries(config)) resolved[name] = evaluator.json(value, joinPath('config', name));
  if (evaluator.problems.length > 0) return { config: resolved, problems: evaluator.problems };
  const shaped = validateDriverConfig(resolved, schema, 'config');
  return { config: shaped.config, problems: shaped.errors };
}

interface Evaluator {
  readonly problems: FieldProblem[];
  json(value: Json, path: string): Json;
}

function createEvaluator(values: InterpolationValues): Evaluator {
  const problems: FieldProblem[] = [];
  let made: { readonly names: ReadonlyMap<string, Value>; readonly scope: Omit<Scope, 'source'> } | undefined;
  // Most blocks have no reference: the values are laid out for the first one.
  const known = () => {
    if (made !== undefined) return made;
    const budget = createBudget();
    const names = namesOf(values);
    const functions = createFunctionTable({}, budget);
    made = { names, scope: { budget, functions, roots: new Map(), bindings: bindAll(names), keepUnknown: false } };
    return made;
  };
  const text = (template: string, path: string): Json => {
    if (!template.includes('${') && !template.includes('%{')) return template;
    const { names, scope } = known();
    const source = createSource(path, template);
    const sink = createDiagnosticSink();
    try {
      const node = parseTemplateText(source, sink);
      if (node !== undefined && !sink.hasErrors()) return toJson(evaluate(node, { ...scope, source }));
    } catch (error) {
      if (!(error instanceof LanguageError)) throw error;
      sink.add(error.diagnostic);
    }
    const first = sink.list[0];
    if (first !== undefined) problems.push(describe(first, source.text, path, names));
    return template;
  };
  const json = (value: Json, path: string): Json => {
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) return value.map((item: Json, index) => json(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => {
      const inner = joinPath(path, key);
      return [String(text(key, inner)), json(item, inner)] as const;
    });
    return Object.fromEntries(entries);
  };
  return { problems, json };
}

const passOn = 'to hand it on as it is, write "$$${" in the job file, which reaches the task as "${"';

function describe(found: Diagnostic, text: string, path: string, names: ReadonlyMap<string, Value>): FieldProblem {
  if (found.summary !== 'Unknown name') {
    return { path, message: `${found.summary.toLowerCase()}: ${found.detail}`, hint: found.hint ?? passOn };
  }
  const name = text.slice(found.range?.start.offset, found.range?.end.offset);
  const root = /^[^.[]*/.exec(name)?.[0] ?? name;
  const hint = didYouMean(root, [...names.keys()]) ?? passOn;
  const message = `"\${${name}}" is neither a variable of the task nor something this node knows`;
  return { path, message, hint };
}

function bindAll(names: ReadonlyMap<string, Value>): Binding | undefined {
  let bindings: Binding | undefined;
  for (const [name, value] of names) bindings = { name, value, outer: bindings };
  return bindings;
}

type Tree = Map<string, Value>;

/** Variables by their names, `env` with all of them, `node`, `attr` and `meta`; dots in names are levels. */
function namesOf({ env, node, attributes, meta }: InterpolationValues): ReadonlyMap<string, Value> {
  const names: Tree = treeOf(env);
  const attr = treeOf(attributes);
  const nodeMeta = treeOf(meta);
  names.set('node', new Map([...treeOf(node), ['attr', attr], ['meta', nodeMeta]]));
  names.set('attr', attr);
  names.set('meta', nodeMeta);
  names.set('env', new Map(Object.entries(env)));
  return names;
}

/** Under the whole name, for `attr["kernel.name"]`, and level by level. Where both meet, what has members stays. */
function treeOf(record: Readonly<Record<string, string>>): Tree {
  const tree: Tree = new Map();
  for (const [name, value] of Object.entries(record)) {
    if (!(tree.get(name) instanceof Map)) tree.set(name, value);
    const levels = name.split('.');
    if (levels.length === 1 || levels.includes('')) continue;
    let inner: Tree = tree;
    for (const level of levels.slice(0, -1)) {
      const next = inner.get(level);
      const deeper: Tree = next instanceof Map ? (next as Tree) : new Map();
      inner.set(level, deeper);
      inner = deeper;
    }
    const last = levels.at(-1) ?? '';
    if (!(inner.get(last) instanceof Map)) inner.set(last, value);
  }
  return tree;
}
