// How generated types are written: names, comments, the first line.

import { camelName } from '../../packages/core/src/jobspec/builder/field-names.ts';

export const HEAD = '// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.';

export function pascal(name: string): string {
  const camel = camelName(name.replaceAll(/[^A-Za-z0-9]+/g, '_'));
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

export function comment(...lines: readonly string[]): string {
  const safe = lines.map((line) => line.replaceAll('*/', '* /'));
  return safe.length === 1 ? `/** ${safe[0]} */\n` : `/**\n${safe.map((line) => ` * ${line}`).join('\n')}\n */\n`;
}
