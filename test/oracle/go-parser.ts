// Go's own HCL parser, compiled to wasm: the reference for what is HCL and what it means.

import { getExpressionAst, parse } from '@cdktf/hcl2json';

export type GoAnswer =
  /** `json` is absent when the file is HCL, but the converter behind the parser has no JSON form for it. */
  { readonly accepted: true; readonly json?: unknown } | { readonly accepted: false; readonly message: string };

export async function askGo(text: string): Promise<GoAnswer> {
  try {
    return { accepted: true, json: await parse('x.hcl', text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.startsWith('convert to HCL') ? { accepted: true } : { accepted: false, message };
  }
}

/** A node of Go's tree. Parentheses and the elements of splats have the type "". */
export interface GoNode {
  readonly type: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly children: readonly GoNode[];
}

/** The tree of one expression. */
export async function askGoForTree(expression: string): Promise<GoNode> {
  return (await getExpressionAst('x.hcl', expression)) as unknown as GoNode;
}
