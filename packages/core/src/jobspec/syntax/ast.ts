// The tree of a job file. Every node is a span of its source.

import type { Span } from './source.ts';

/** A number beyond 2^53 keeps its digits as a bigint. */
export type NumberValue = number | bigint;

export interface Body {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
}

export interface Attribute extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Expression;
}

export interface Label extends Span {
  readonly text: string;
}

export interface Block extends Span {
  readonly type: string;
  readonly typeSpan: Span;
  readonly labels: readonly Label[];
  readonly body: Body;
}

/** Text here and in templates is in Unicode's composed form (NFC). */
export interface Literal extends Span {
  readonly kind: 'literal';
  readonly value: null | boolean | NumberValue | string;
}

/** `a.b["c"][0]`: a root name with constant steps. */
export interface Reference extends Span {
  readonly kind: 'reference';
  readonly root: string;
  readonly steps: readonly ReferenceStep[];
}

export interface ReferenceStep extends Span {
  /** A string is an attribute name or string key, a number an index. */
  readonly key: string | NumberValue;
  /** How it was written, for the literal text of run-time references. */
  readonly form: 'attribute' | 'index';
}

/** `object.name` where the object is not a plain reference. */
export interface Access extends Span {
  readonly kind: 'attribute';
  readonly object: Expression;
  readonly name: string;
}

export interface Index extends Span {
  readonly kind: 'index';
  readonly object: Expression;
  readonly key: Expression;
}

/** `source.*.each` or `source[*].each`: `each` refers to the element by a `splat-item` node. */
export interface Splat extends Span {
  readonly kind: 'splat';
  readonly source: Expression;
  readonly each: Expression;
}

export interface SplatItem extends Span {
  readonly kind: 'splat-item';
}

export type UnaryOperator = '-' | '!';
export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%';

export interface Unary extends Span {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export interface Binary extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Conditional extends Span {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

export interface Call extends Span {
  readonly kind: 'call';
  readonly name: string;
  readonly nameSpan: Span;
  readonly args: readonly Expression[];
  /** The last argument is a list whose elements are the arguments. */
  readonly expand: boolean;
}

export interface TupleNode extends Span {
  readonly kind: 'tuple';
  readonly items: readonly Expression[];
}

export interface ObjectItem {
  readonly key: Expression;
  readonly value: Expression;
}

/** A bare identifier as key is a literal string; `(name)` is an expression. */
export interface ObjectNode extends Span {
  readonly kind: 'object';
  readonly items: readonly ObjectItem[];
}

export interface ForNode extends Span {
  readonly kind: 'for';
  readonly result: 'tuple' | 'object';
  readonly keyName?: string;
  readonly valueName: string;
  readonly collection: Expression;
  /** Only when `result` is `object`. */
  readonly key?: Expression;
  readonly value: Expression;
  readonly condition?: Expression;
  /** `value...`: values with the same key are gathered in a list. */
  readonly grouped: boolean;
}

/** A string with sequences. One interpolation alone keeps the type of its value. */
export interface Template extends Span {
  readonly kind: 'template';
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart = TemplateText | TemplateValue | TemplateIf | TemplateFor;

export interface TemplateText extends Span {
  readonly kind: 'text';
  readonly text: string;
}

export interface TemplateValue extends Span {
  readonly kind: 'value';
  readonly expression: Expression;
}

export interface TemplateIf extends Span {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly whenTrue: readonly TemplatePart[];
  readonly whenFalse: readonly TemplatePart[];
}

export interface TemplateFor extends Span {
  readonly kind: 'for';
  readonly keyName?: string;
  readonly valueName: string;
  readonly collection: Expression;
  readonly parts: readonly TemplatePart[];
}

export type Expression =
  | Literal
  | Reference
  | Access
  | Index
  | Splat
  | SplatItem
  | Unary
  | Binary
  | Conditional
  | Call
  | TupleNode
  | ObjectNode
  | ForNode
  | Template;
