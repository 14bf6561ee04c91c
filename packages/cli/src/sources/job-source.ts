// The languages a job file may be written in. One file per language here, and one line in the list below.

import type { ParseOptions, ParseResult } from '@orch/core/jobspec';
import { foreignSource } from './foreign-source.ts';
import { hclSource } from './hcl-source.ts';
import { typescriptSource } from './typescript-source.ts';

export interface SourceOptions extends ParseOptions {
  /** Where the file is on this machine, absolute; absent for standard input and for what came over HTTP. */
  readonly path?: string;
}

export interface SourceResult extends ParseResult {
  /** What the server keeps beside the job. @default the file's own text, as JSON when it begins with `{` */
  readonly submission?: { readonly source: string; readonly format: 'hcl2' | 'json' };
}

export interface JobSource {
  /** `hcl`, `compose`: for messages. */
  readonly kind: string;
  /**
   * Whether this text is in this language. Asked in the order of the list, the first that says yes reads it. Must be
   * cheap and must not throw: it sees every job file. `fileName` is `<stdin>` or a URL when there is no file.
   */
  matches(fileName: string, text: string): boolean;
  /**
   * Text to job. Never throws for bad input: what is wrong comes as diagnostics, each with its place in the text. What is
   * heavy (a YAML parser) is imported here, so that only those who need it load it.
   */
  read(text: string, options: SourceOptions): SourceResult | Promise<SourceResult>;
}

/** The job language itself is last: it takes whatever nobody else knows. */
const jobSources: readonly JobSource[] = [typescriptSource, foreignSource, hclSource];

export function sourceOf(fileName: string, text: string): JobSource {
  return jobSources.find((source) => source.matches(fileName, text)) ?? hclSource;
}
