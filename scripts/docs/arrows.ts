// Draws the import arrows of ARCHITECTURE.md from the list the check enforces, so that picture and rule cannot differ.

import { readFileSync, writeFileSync } from 'node:fs';
// @ts-expect-error the linter's configuration is plain JavaScript
import { arrows } from '../check/arrows.config.mjs';

const begin = '<!-- arrows: written by `npm run docs` -->';
const end = '<!-- end of arrows -->';

/** The rooms a pattern of the configuration names. */
function rooms(pattern: string): readonly string[] {
  const plain = pattern.replace(/^\^/, '').replace('packages/', '').replaceAll('/src/', '/').replace(/\/$/, '');
  if (plain.startsWith('plugins')) return ['plugins/*'];
  if (plain.startsWith('cli')) return ['cli'];
  const group = /^(.*)\(([^)]*)\)(.*)$/.exec(plain);
  const names = group === null ? [plain] : (group[2] ?? '').split('|').map((name) => `${group[1]}${name}${group[3]}`);
  return names.map((name) => name.replace(/\/$/, ''));
}

export function renderArrows(list: readonly (readonly [string, readonly string[]])[]): string {
  const lines = list.map(([from, to]) => {
    const targets = [...new Set(to.flatMap(rooms))].filter((room) => !rooms(from).includes(room));
    return `${rooms(from).join(', ').padEnd(36)} → ${targets.length === 0 ? 'nothing of ours' : targets.join(', ')}`;
  });
  return [
    '```',
    ...lines,
    'cli/agent                            → everything: the only place where server, node agent and drivers are wired',
    '```',
  ].join('\n');
}

/** ARCHITECTURE.md with its drawing made anew. @throws when the marks are gone. */
export function withArrows(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`ARCHITECTURE.md has lost its marks ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${renderArrows(arrows)}\n${text.slice(to)}`;
}

export function writeArrows(file: string): void {
  writeFileSync(file, withArrows(readFileSync(file, 'utf8')));
}
