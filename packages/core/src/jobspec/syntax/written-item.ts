// Attributes and blocks of native syntax. Where their names stand follows from where they begin: a tree has many of them.

import type { Attribute, Block, Body, Expression, Label } from './ast.ts';
import type { Span } from './source.ts';

export class WrittenAttribute implements Attribute {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly value: Expression;

  constructor(from: number, to: number, name: string, value: Expression) {
    this.from = from;
    this.to = to;
    this.name = name;
    this.value = value;
  }

  get nameSpan(): Span {
    return { from: this.from, to: this.from + this.name.length };
  }
}

/** A block and its body in one. */
export class WrittenBlock implements Block, Body {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly labels: readonly Label[];
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];

  constructor(
    from: number,
    to: number,
    type: string,
    labels: readonly Label[],
    attributes: readonly Attribute[],
    blocks: readonly Block[],
  ) {
    this.from = from;
    this.to = to;
    this.type = type;
    this.labels = labels;
    this.attributes = attributes;
    this.blocks = blocks;
  }

  get body(): Body {
    return this;
  }

  get typeSpan(): Span {
    return { from: this.from, to: this.from + this.type.length };
  }
}
