// The reference of the functions of the job language, from the table that calls them.

import { specialFunctionNames } from '../../packages/core/src/jobspec/evaluate/call.ts';
import type { LanguageFunction } from '../../packages/core/src/jobspec/evaluate/function-table.ts';
import { allFunctions } from '../../packages/core/src/jobspec/functions/index.ts';
import { sentence } from './job/field-text.ts';

/** Functions whose arguments are not plain values: their call, and what they do. */
const special: Readonly<Record<string, readonly [call: string, doc: string]>> = {
  try: ['try(expressions...)', 'The value of the first expression that can be computed.'],
  can: ['can(expression)', 'Whether the expression can be computed.'],
  convert: ['convert(value, type)', 'The value as another type, such as `list(string)`.'],
};

/** @throws when a function has no words */
export function functionsPage(): string {
  const rows = [
    ...Object.entries(allFunctions).map(([name, spec]) => `| \`${callText(name, spec)}\` | ${about(spec)} |`),
    ...specialFunctionNames.map((name) => {
      const words = special[name];
      if (words === undefined) throw new Error(`functions-page.ts: no words for ${name}`);
      return `| \`${words[0]}\` | ${words[1]} |`;
    }),
  ].sort();
  return `<!-- Written by \`npm run docs\` from packages/core/src/jobspec/functions. Do not edit. -->

# Functions

[Job file](job-file.md)

${rows.length} functions for expressions in a job file, called as in \`upper(var.name)\`. They run when the file is read, not on the node. A parameter in brackets may be left out; \`...\` stands for any number of them, and after an argument hands over the members of a list: \`max([1, 2]...)\`. Functions that read files, and \`bcrypt\`, work where the file is submitted, not in a server that is sent HCL text (\`/v1/jobs/parse\`).

| Function | |
| --- | --- |
${rows.join('\n')}
`;
}

function callText(name: string, { params, optional = 0 }: LanguageFunction): string {
  const first = params.length - optional;
  return `${name}(${params.map((param, index) => (index < first ? param : `[${param}]`)).join(', ')})`;
}

/** What the server does not hand to functions: see its endpoint for parsing. */
const commandLineOnly: readonly (string | undefined)[] = ['files', 'bcrypt'];

function about({ doc, needs }: LanguageFunction): string {
  const where = commandLineOnly.includes(needs) ? ' *Works on the command line only.*' : '';
  return `${sentence(doc).replaceAll('|', '\\|')}${where}`;
}
