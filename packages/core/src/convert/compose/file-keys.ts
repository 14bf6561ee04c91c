// Configs and secrets of a service: files in its task.

import { configureMore } from '../draft.ts';
import { giveFile } from '../files.ts';
import { type KeyTable, readKeys, reads, warns } from '../read/key-table.ts';
import { readItems, readMode, readText } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import { hostPath } from './host-path.ts';
import type { FileSource, ServiceContext } from './service-context.ts';

interface FileContext {
  readonly service: ServiceContext;
  readonly file: { source?: string; target?: string; perms?: string; uid?: string; gid?: string };
}

const fileText = (key: 'source' | 'target', doc: string) =>
  reads<FileContext>(doc, (value, { service, file }) => {
    const text = readText(service.run, value);
    if (text !== undefined) file[key] = text;
  });
export const fileKeys: KeyTable<FileContext> = {
  source: fileText('source', 'which config or secret'),
  target: fileText('target', 'where the file appears'),
  uid: warns('the file belongs to root'),
  gid: warns('the file belongs to root'),
  mode: reads('template `perms`; nothing for a file of the node', (value, { service, file }) => {
    const perms = readMode(service.run, value);
    if (perms !== undefined) file.perms = perms;
    service.run.warn(
      value,
      'Converted with a difference',
      'The mode holds for files that are written, not for files of the node.',
    );
  }),
};

export function readFiles(
  value: Tree,
  service: ServiceContext,
  sources: ReadonlyMap<string, FileSource>,
  kind: 'config' | 'secret',
): void {
  const { run } = service;
  for (const item of readItems(run, value)) {
    const context: FileContext = { service, file: {} };
    if (item.kind === 'map') readKeys(item, fileKeys, { what: `a ${kind}` }, context, run);
    else context.file.source = readText(run, item) ?? '';
    const { source = '', target, perms } = context.file;
    const found = sources.get(source);
    if (found === undefined) {
      run.error(item, `Unknown ${kind}`, `There is no ${kind} "${source}" at the top of the file.`);
      continue;
    }
    const base = kind === 'config' ? '/' : '/run/secrets/';
    const path = target === undefined ? base + source : target.startsWith('/') ? target : base + target;
    if (found.kind === 'file') {
      const from = hostPath(found.path, item, service);
      if (from !== undefined)
        configureMore(run, service.task, 'mount', { type: 'bind', source: from, target: path, readonly: true }, item);
    } else if (found.kind === 'content') {
      giveFile(
        run,
        service.task,
        {
          directory: `${kind}s`,
          name: source,
          content: found.content,
          target: path,
          ...(perms === undefined ? {} : { perms }),
        },
        item,
      );
    }
  }
}
