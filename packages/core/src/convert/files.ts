// A file with a given content for a task: a template, and a mount that puts it where the program looks.

import type { Span } from '../jobspec/syntax/source.ts';
import { configureMore, give, open, type Part } from './draft.ts';
import type { Conversion } from './read/conversion.ts';

export interface GivenFile {
  /** Below the task's local directory. */
  readonly directory: string;
  readonly name: string;
  readonly content: string;
  /** In the container. */
  readonly target: string;
  /** @default '0644' */
  readonly perms?: string;
}

export function giveFile(run: Conversion, task: Part, file: GivenFile, at: Span): void {
  const destination = `local/${file.directory}/${file.name.replace(/[^A-Za-z0-9._-]/g, '_')}`;
  const template = open(run, task, 'template', at);
  give(run, template, 'data', file.content, at);
  give(run, template, 'destination', destination, at);
  if (file.perms !== undefined) give(run, template, 'perms', file.perms, at);
  // Double braces are actions of a template; the content has none.
  const delimiters = (['{{', '[[', '<<<', '%%%'] as const).find((open) => !file.content.includes(open)) ?? '\u0001';
  if (delimiters !== '{{') {
    give(run, template, 'left_delimiter', delimiters, at);
    give(
      run,
      template,
      'right_delimiter',
      { '[[': ']]', '<<<': '>>>', '%%%': '%%%', '\u0001': '\u0002' }[delimiters],
      at,
    );
  }
  configureMore(run, task, 'mount', { type: 'bind', source: destination, target: file.target, readonly: true }, at);
}
