// One run of a converter: where it reports, and what it knows about the machine of the person who converts.

import { type DiagnosticSink, diagnosticAt } from '../../jobspec/syntax/diagnostic.ts';
import type { Source, Span } from '../../jobspec/syntax/source.ts';

export interface ConvertOptions {
  /** Shown in messages. */
  readonly fileName: string;
  /** Id of the job when the file gives none: the directory's name for Compose, the file's for Kubernetes. */
  readonly defaultName: string;
  /** Absolute directory of the file, for relative paths in it; absent for standard input. */
  readonly directory?: string;
  /** Values for `${…}` in a Compose file. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * Text of a file named in the input, relative to `directory`; undefined when it does not exist. Throws an Error with the
   * reason, for a person, when it exists and cannot be read.
   */
  readonly readFile?: (path: string) => string | undefined;
  /** Also gives jobs that no server runs yet (`job convert`). */
  readonly allowNotYetRunnable?: boolean;
}

export interface Conversion {
  readonly source: Source;
  readonly sink: DiagnosticSink;
  readonly options: ConvertOptions;
  /** Field path of the job → place in the file. */
  readonly places: Map<string, Span>;
  error(at: Span, summary: string, detail: string, hint?: string): void;
  warn(at: Span, summary: string, detail: string, hint?: string): void;
}

export function createConversion(source: Source, sink: DiagnosticSink, options: ConvertOptions): Conversion {
  const say = (severity: 'error' | 'warning') => (at: Span, summary: string, detail: string, hint?: string) =>
    sink.add(diagnosticAt(source, at, summary, detail, { severity, hint }));
  return { source, sink, options, places: new Map(), error: say('error'), warn: say('warning') };
}
