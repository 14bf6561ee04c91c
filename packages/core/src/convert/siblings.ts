// How tasks of different groups reach each other by name before there is service discovery: a port of the node and a line in /etc/hosts.

import type { Span } from '../jobspec/syntax/source.ts';
import type { Json } from '../model/task.ts';
import { configureMoreAs, type Part } from './draft.ts';
import type { Conversion } from './read/conversion.ts';

/** The address of the node that runs the task: ports published on it answer there. */
export const nodeAddress = '${attr.unique.network.ip-address}';

/** Somebody others know by name. */
export interface Named {
  readonly names: readonly string[];
  readonly group: string;
  /** Others reach it at a port of the node. */
  readonly isReachable: boolean;
}

/** Whether a text names it as a word of its own. */
export function speaksOf(text: string, name: string): boolean {
  const word = name.replace(/[^A-Za-z0-9_-]/g, '\\$&');
  return new RegExp(`(^|[^A-Za-z0-9_-])${word}($|[^A-Za-z0-9_-])`).test(text);
}

/** Gives each task the names of the other groups that can be reached, and of its own group where it speaks of it. */
export function introduce(
  run: Conversion,
  tasks: readonly { readonly part: Part; readonly group: string; readonly at: Span; readonly text: string }[],
  others: readonly Named[],
): void {
  for (const { part, group, at, text } of tasks) {
    const given = ((part.record['config'] as Record<string, Json> | undefined)?.['extra_hosts'] ??
      []) as readonly string[];
    const taken = new Set(given.map((line) => line.slice(0, line.indexOf(':'))));
    for (const other of others) {
      const address = other.group === group ? '127.0.0.1' : nodeAddress;
      if (other.group !== group && !other.isReachable) continue;
      for (const name of other.names) {
        if (taken.has(name) || (other.group === group && !speaksOf(text, name))) continue;
        taken.add(name);
        configureMoreAs(run, part, 'extra_hosts', `${name}:${address}`, at);
      }
    }
  }
}
