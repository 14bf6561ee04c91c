// Somebody else's file -> Job: the door of this room.

import { finishJob, type ParseResult } from '../jobspec/parse-job.ts';
import { createDiagnosticSink } from '../jobspec/syntax/diagnostic.ts';
import { createSource } from '../jobspec/syntax/source.ts';
import { composeJob } from './compose/project.ts';
import type { ForeignKind } from './detect.ts';
import { normalizeDraft } from './draft.ts';
import { kubernetesJob } from './kubernetes/manifest.ts';
import { type ConvertOptions, createConversion } from './read/conversion.ts';
import { parseYaml, YAML_LIMITS, type YamlLimits } from './yaml/parse-yaml.ts';

/**
 * Reads a Compose file or Kubernetes manifests. The result is that of a job file: the job, diagnostics and warnings at
 * their places in the YAML, and a source map from fields of the job to places in it. Never throws for bad input.
 */
export function convertFile(
  kind: ForeignKind,
  text: string,
  options: ConvertOptions & { readonly limits?: Partial<YamlLimits> },
): ParseResult {
  const source = createSource(options.fileName, text);
  const sink = createDiagnosticSink();
  const run = createConversion(source, sink, options);
  const trees = parseYaml(source, sink, { ...YAML_LIMITS, ...options.limits });
  const [first, second] = trees;
  const start = { from: 0, to: 0 };
  if (first === undefined) {
    if (!sink.hasErrors()) run.error(start, 'Empty file', 'The file says nothing.');
  } else if (kind === 'yaml') {
    run.error(
      first,
      'Unknown language',
      'This is neither a Compose file (services:) nor a Kubernetes manifest (apiVersion: and kind:).',
    );
  } else if (kind === 'compose' && second !== undefined) {
    run.error(second, 'More than one document', 'A Compose file is one document.');
  }
  const isReadable = !sink.hasErrors();
  const job =
    !isReadable || first === undefined
      ? undefined
      : kind === 'compose'
        ? composeJob(first, run)
        : kubernetesJob(trees, run);
  if (job !== undefined) normalizeDraft(run, job);
  return finishJob(sink.hasErrors() ? undefined : job?.record, source, options, sink, run.places);
}
