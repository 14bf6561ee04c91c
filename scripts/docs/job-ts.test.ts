// What is written about jobs in TypeScript: types that follow the schema, an example that is checked.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { staleJobTypes } from './job-types.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/job-ts.md'), 'utf8');
const example = readFileSync(join(root, 'examples/docs.job.ts'), 'utf8');

/** The fenced text between two comments of the guide. */
function part(begin: string, end: string): string {
  return /```\w+\n([\s\S]*?)```/.exec(guide.slice(guide.indexOf(begin), guide.indexOf(end)))?.[1] ?? '';
}

/** Runs the compiler as a user does, with the package and the settings of the guide beside the job file. */
function compile(
  t: import('ava').ExecutionContext,
  text: string,
): { readonly status: number | null; readonly output: string } {
  const dir = mkdtempSync(join(tmpdir(), 'orch-job-ts-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const builder = 'src/jobspec/builder';
  const target = join(dir, 'node_modules/@orch/core', builder);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, 'packages/core', builder), target, { recursive: true });
  writeFileSync(join(dir, 'tsconfig.json'), part('<!-- tsconfig -->', '<!-- end of tsconfig -->'));
  writeFileSync(join(dir, 'docs.job.ts'), text);
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', dir], {
    encoding: 'utf8',
  });
  return { status, output: stdout };
}

test('the option types are those of the schema and of the drivers; if not, run: npm run docs', (t) => {
  t.deepEqual(staleJobTypes(), []);
});

test('the example of the guide is the file it names', (t) => {
  t.is(part('<!-- example:', '<!-- end of example -->'), example);
});

test('the example compiles with the settings of the guide', (t) => {
  t.deepEqual(compile(t, example), { status: 0, output: '' });
});

test('the compiler finds unknown fields, wrong types and options a driver does not have', (t) => {
  const wrong = example
    .replace('cpu: 100', 'cpu: "100"')
    .replace('      image,', '      imag: image,')
    .replace('static: 5678', 'statik: 5678');
  const { status, output } = compile(t, wrong);
  t.not(status, 0);
  t.regex(output, /'imag' does not exist in type 'DockerConfig'/);
  t.regex(output, /Type 'string' is not assignable to type 'number'/);
  t.regex(output, /'statik' does not exist/);
});

test('the config of a driver that does not come with orch is open, and can be typed from outside', (t) => {
  const own = `import { job, task } from '@orch/core/jobspec';
export default job('x', task('a', { driver: 'mine', config: { anything: [1, { b: true }] } }));
`;
  t.deepEqual(compile(t, own), { status: 0, output: '' });
  const typed = `${own}declare module '@orch/core/jobspec' {
  interface DriverConfigs {
    readonly mine: { readonly image: string };
  }
}
`;
  t.regex(compile(t, typed).output, /'anything' does not exist/);
});
