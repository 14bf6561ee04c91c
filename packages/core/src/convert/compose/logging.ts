// `logging` of a service.

import { give, open } from '../draft.ts';
import { readInteger, readText } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import type { ServiceContext } from './service-context.ts';

export function readLogging(value: Tree, { run, task }: ServiceContext): void {
  for (const { key, keySpan, value: inner } of value.kind === 'map' ? value.entries : []) {
    if (key === 'driver') {
      const driver = readText(run, inner);
      if (driver !== undefined && driver !== 'json-file' && driver !== 'local')
        run.warn(inner, 'Not converted', `The log driver "${driver}" has no effect: orch keeps the output itself.`);
    } else if (key === 'options') {
      for (const option of inner.kind === 'map' ? inner.entries : []) readLogOption(option, { run, task });
      if (inner.kind !== 'map') run.error(inner, 'Wrong type', 'The options of logging are a map.');
    } else run.error(keySpan, 'Unknown key', `Logging has no key "${key}".`);
  }
  if (value.kind !== 'map') run.error(value, 'Wrong type', 'Logging is a map.');
}

function readLogOption(
  { key, keySpan, value }: { key: string; keySpan: Tree | { from: number; to: number }; value: Tree },
  { run, task }: Pick<ServiceContext, 'run' | 'task'>,
): void {
  if (key === 'max-file') {
    const files = readInteger(run, value, 1);
    if (files !== undefined) give(run, open(run, task, 'logs', keySpan), 'max_files', files, keySpan);
  } else if (key === 'max-size') {
    const found = /^(\d+)([kmg]?)b?$/i.exec(readText(run, value) ?? '');
    if (found === null) return void run.error(value, 'Wrong type', 'Expected a size such as 10m.');
    const scale = { k: 1 / 1024, m: 1, g: 1024 }[(found[2] ?? '').toLowerCase()] ?? 1 / 1024 ** 2;
    give(
      run,
      open(run, task, 'logs', keySpan),
      'max_file_size',
      Math.max(1, Math.ceil(Number(found[1]) * scale)),
      keySpan,
    );
  } else run.warn(keySpan, 'Not converted', `The log option "${key}" has no effect: orch keeps the output itself.`);
}
