// Expression trees of both parsers in one form, as nested lists that print and compare easily.

import type { Expression, TemplatePart } from '@orch/core/jobspec/syntax/ast';
import type { GoNode } from './go-parser.ts';

export type Shape = string | readonly Shape[];

/** The shape of one of our trees. `source` is the text it was parsed from. */
export function ourShape(node: Expression, source: string): Shape {
  const shape = (inner: Expression) => ourShape(inner, source);
  switch (node.kind) {
    case 'literal':
      return literalShape(node.value, source.slice(node.from, node.to));
    case 'template': {
      const only = node.parts.length === 1 ? node.parts[0] : undefined;
      return only?.kind === 'value' ? ['wrap', shape(only.expression)] : templateShape(node.parts, source);
    }
    case 'reference':
      return node.steps.reduce<Shape>((inner, { key }) => ['index', inner, keyShape(key)], ['name', node.root]);
    case 'attribute':
      return ['index', shape(node.object), keyShape(node.name)];
    case 'index':
      return ['index', shape(node.object), node.key.kind === 'literal' ? keyShape(node.key.value) : shape(node.key)];
    case 'splat':
      return ['splat', shape(node.source), shape(node.each)];
    case 'splat-item':
      return 'item';
    case 'unary':
      return folded([node.operator, shape(node.operand)]);
    case 'binary':
      return [node.operator, shape(node.left), shape(node.right)];
    case 'conditional':
      return ['?', shape(node.condition), shape(node.whenTrue), shape(node.whenFalse)];
    case 'call':
      return ['call', node.name, node.expand ? '...' : '', ...node.args.map(shape)];
    case 'tuple':
      return ['tuple', ...node.items.map(shape)];
    case 'object':
      return ['object', ...node.items.flatMap(({ key, value }) => [objectKey(key, source), shape(value)])];
    case 'for': {
      const { keyName = '', valueName, collection, key, value, condition, grouped } = node;
      const parts = [
        collection,
        ...(key === undefined ? [] : [key]),
        value,
        ...(condition === undefined ? [] : [condition]),
      ];
      return ['for', keyName, valueName, grouped ? '...' : '', ...parts.map(shape)];
    }
  }
}

/** The text of keys is compared where files are compared; here only what kind of key it is. */
function keyShape(key: unknown): Shape {
  if (typeof key === 'string') return ['template', 'text'];
  return key === null || typeof key === 'boolean' ? 'constant' : indexShape(Number(key));
}

/** Go's converter prints ten digits of an index. */
function indexShape(value: number): Shape {
  return numberShape(Number(value.toPrecision(10)));
}

function literalShape(value: unknown, text: string): Shape {
  if (typeof value === 'string') return ['template', 'text'];
  return typeof value === 'number' || typeof value === 'bigint' ? numberShape(Number(value)) : text;
}

function numberShape(value: number): Shape {
  return ['number', String(value === 0 ? 0 : value)];
}

function objectKey(key: Expression, source: string): Shape {
  const isBare =
    key.kind === 'literal' && /^[^"<(]/.test(source.slice(key.from, key.to)) && typeof key.value === 'string';
  return isBare ? 'key' : ourShape(key, source);
}

function templateShape(parts: readonly TemplatePart[], source: string): Shape {
  const shapes = parts.map((part) => partShape(part, source));
  return ['template', ...(shapes.length === 0 ? ['text'] : shapes)];
}

function partShape(part: TemplatePart, source: string): Shape {
  switch (part.kind) {
    case 'text':
      return 'text';
    case 'value':
      return ourShape(part.expression, source);
    case 'if':
      return [
        '?',
        ourShape(part.condition, source),
        templateShape(part.whenTrue, source),
        templateShape(part.whenFalse, source),
      ];
    case 'for':
      return [
        'join',
        [
          'for',
          part.keyName ?? '',
          part.valueName,
          '',
          ourShape(part.collection, source),
          templateShape(part.parts, source),
        ],
      ];
  }
}

const OPERATORS: Readonly<Record<string, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  modulo: '%',
  equal: '==',
  notEqual: '!=',
  lessThan: '<',
  lessThanOrEqual: '<=',
  greaterThan: '>',
  greaterThanOrEqual: '>=',
  logicalAnd: '&&',
  logicalOr: '||',
  logicalNot: '!',
  negate: '-',
};

/** The shape of one of Go's trees. */
export function goShape(node: GoNode): Shape {
  const { type, meta = {}, children } = node;
  const shapes = () => children.map(goShape);
  const first = () => goShape(children[0] as GoNode);
  switch (type) {
    case '':
      return children.length === 0 ? 'item' : first();
    case 'literalValue':
      if (meta['type'] === 'string') return 'text';
      return meta['type'] === 'number' ? numberShape(Number(meta['value'])) : String(meta['value']);
    case 'scopeTraversal':
    case 'relativeTraversal':
      return traversal(node);
    case 'templateWrap':
      return ['wrap', first()];
    case 'templateJoin':
      return ['join', first()];
    case 'template':
      return ['template', ...shapes()];
    case 'unaryOp':
    case 'binaryOp':
      return folded([operatorOf(meta), ...shapes()]);
    case 'conditional':
      return ['?', ...shapes()];
    case 'function':
      return ['call', String(meta['name']), meta['expandedFinalArgument'] === true ? '...' : '', ...shapes()];
    case 'object':
      return ['object', ...children.map((child, index) => (index % 2 === 0 ? goKey(child) : goShape(child)))];
    case 'for':
      return [
        'for',
        String(meta['keyVar'] ?? ''),
        String(meta['valVar']),
        meta['groupedValue'] === true ? '...' : '',
        ...shapes(),
      ];
    case 'index':
      return ['index', goShape(children[0] as GoNode), goIndexKey(children[1] as GoNode)];
    default:
      return [type, ...shapes()];
  }
}

function goIndexKey(node: GoNode): Shape {
  const shape = goShape(node);
  if (Array.isArray(shape) && shape[0] === 'number') return indexShape(Number(shape[1]));
  return shape === 'true' || shape === 'false' || shape === 'null' ? 'constant' : shape;
}

function operatorOf(meta: Readonly<Record<string, unknown>>): string {
  const name = String(meta['operator']);
  return OPERATORS[name] ?? name;
}

/** A negated number is a number. */
function folded(shape: readonly Shape[]): Shape {
  const [operator, operand, second] = shape;
  if (operator !== '-' || second !== undefined || !Array.isArray(operand) || operand[0] !== 'number') return shape;
  return numberShape(-Number(operand[1]));
}

function goKey(node: GoNode): Shape {
  return node.type === '' && node.children.length === 0 ? 'key' : goShape(node);
}

interface GoStep {
  readonly type: string;
  readonly segment?: string;
}

function traversal({ meta = {}, children }: GoNode): Shape {
  const steps = [...((meta['traversal'] ?? []) as readonly GoStep[])];
  let shape: Shape = children[0] === undefined ? ['name', steps.shift()?.segment ?? ''] : goShape(children[0]);
  for (const { type, segment = '' } of steps) {
    const isText = type === 'nameTraversal' || segment.startsWith('"');
    // Null and booleans as keys have no text there.
    const key = isText ? ['template', 'text'] : segment === '' ? 'constant' : indexShape(Number(segment));
    shape = ['index', shape, key];
  }
  return shape;
}
