// The reference of the functions of the job language, from the table that calls them.

import type { FunctionEnvironment, LanguageFunction } from '../../packages/core/src/jobspec/evaluate/function-table.ts';
import { allFunctions } from '../../packages/core/src/jobspec/functions/index.ts';
import { sentence } from './job/field-text.ts';

const where: Readonly<Partial<Record<keyof FunctionEnvironment, string>>> = {
  files: 'on the command line only',
};

export function functionsPage(): string {
  const rows = Object.entries(allFunctions)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, spec]) => `| \`${callText(name, spec)}\` | ${about(spec)} |`);
  return `<!-- Written by \`npm run docs\` from packages/core/src/jobspec/functions. Do not edit. -->

# Functions

[Job file](job-file.md)

${rows.length} functions for expressions in a job file, called as in \`upper(var.name)\`. They run when the file is read, not on the node. A parameter in brackets may be left out; \`...\` stands for any number of them, and after an argument hands over the members of a list: \`max([1, 2]...)\`. Functions that read files work on the command line only: a server that is sent a job file does not have your files.

| Function | |
| --- | --- |
${rows.join('\n')}
`;
}

function callText(name: string, { params, optional = 0 }: LanguageFunction): string {
  const first = params.length - optional;
  return `${name}(${params.map((param, index) => (index < first ? param : `[${param}]`)).join(', ')})`;
}

function about({ doc, needs }: LanguageFunction): string {
  const place = needs === undefined ? undefined : where[needs];
  return `${sentence(doc).replaceAll('|', '\\|')}${place === undefined ? '' : ` *Works ${place}.*`}`;
}
