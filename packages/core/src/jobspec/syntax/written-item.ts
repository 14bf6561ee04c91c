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

export class WrittenBlock implements Block {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly labels: readonly Label[];
  readonly body: Body;

  constructor(from: number, to: number, type: string, labels: readonly Label[], body: Body) {
    this.from = from;
    this.to = to;
    this.type = type;
    this.labels = labels;
    this.body = body;
  }

  get typeSpan(): Span {
    return { from: this.from, to: this.from + this.type.length };
  }
}
