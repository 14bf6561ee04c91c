// Paths of the machine in a Compose file.

import type { Tree } from '../yaml/tree.ts';
import type { ServiceContext } from './service-context.ts';

/** Relative to the file; a bind is a path of the node that runs the task. */
export function hostPath(source: string, at: Tree, { run }: Pick<ServiceContext, 'run'>): string | undefined {
  const { directory } = run.options;
  if (source.startsWith('~')) {
    run.error(
      at,
      'Cannot be converted',
      `"${source}": a home directory of the node is not known.`,
      'write an absolute path',
    );
    return undefined;
  }
  if (!source.startsWith('/') && directory === undefined) {
    run.error(
      at,
      'Cannot be converted',
      `"${source}" is relative to the file, and the input is no file.`,
      'write an absolute path',
    );
    return undefined;
  }
  const path = source.startsWith('/') ? source : joined(directory ?? '/', source);
  run.warn(
    at,
    'A path of the node',
    `${path} is mounted from the node that runs the task: it must be there, and the node must allow it.`,
  );
  return path;
}

function joined(directory: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${directory}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
