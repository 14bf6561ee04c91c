// What tests of the converters share: a conversion with nothing around it, and its messages in one line each.

import type { ParseResult } from '../../jobspec/parse-job.ts';
import { convertFile, detectForeign } from '../index.ts';
import type { ConvertOptions } from '../read/conversion.ts';

export function convertText(text: string, options: Partial<ConvertOptions> = {}): ParseResult {
  const fileName = options.fileName ?? 'file.yaml';
  return convertFile(detectForeign(fileName, text) ?? 'yaml', text, {
    defaultName: 'app',
    directory: '/srv/app',
    allowNotYetRunnable: true,
    ...options,
    fileName,
  });
}

/** `error 3:5 Summary: detail (hint)`, errors before warnings. */
export function messages(result: ParseResult): string[] {
  return [...result.diagnostics, ...result.warnings].map(({ severity, range, summary, detail, hint }) => {
    const place = `${range?.start.line}:${range?.start.column}`;
    return `${severity} ${place} ${summary}: ${detail}${hint === undefined ? '' : ` (${hint})`}`;
  });
}
