// `npm test`: set-up, check, build, unit tests, then the tests on real engines. Ends with "N passed, N failed, N skipped".
// `-- --only unit|check|e2e` runs one part, `-- --match TEXT` only files whose path contains TEXT.

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root, SetupRefused, setUp } from '../setup/setup.ts';
import { createTapReader, type TapCounts } from './tap.ts';

const only = argument('--only');
const match = argument('--match');
const total: TapCounts = { passed: 0, failed: 0, skipped: 0 };
const bin = join(root, 'node_modules/.bin');

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function command(name: string, args: readonly string[], onLine: (line: string) => void): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(bin, name), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, FORCE_COLOR: '0' },
    });
    let open = 3;
    let exit = 1;
    const done = () => {
      open -= 1;
      if (open === 0) resolve(exit);
    };
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', onLine).on('close', done);
    child.on('error', (error) => onLine(`${name} did not start: ${error.message}`));
    child.on('close', (code) => {
      exit = code ?? 1;
      done();
    });
  });
}

/** A step that is not a test run counts as one test. */
async function step(title: string, name: string, args: readonly string[]): Promise<boolean> {
  const started = Date.now();
  const lines: string[] = [];
  const code = await command(name, args, (line) => lines.push(line));
  console.log(`${code === 0 ? 'ok' : 'FAILED'}: ${title} (${seconds(started)})`);
  if (code !== 0) console.log(lines.join('\n'));
  total[code === 0 ? 'passed' : 'failed'] += 1;
  return code === 0;
}

async function tests(title: string, args: readonly string[]): Promise<void> {
  const started = Date.now();
  console.log(`${title}:`);
  const reader = createTapReader();
  const code = await command('ava', ['--tap', ...args], (line) => {
    for (const shown of reader.read(line)) console.log(shown);
  });
  const { passed, failed, skipped } = reader.counts;
  const broke = failed === 0 && (code !== 0 || passed + skipped === 0);
  console.log(
    `  ${passed} passed, ${failed} failed, ${skipped} skipped${broke ? `, and the runner ended with code ${code}` : ''} (${seconds(started)})`,
  );
  total.passed += passed;
  total.skipped += skipped;
  // A runner that broke without naming a test is a failure too, and so is one that ran nothing.
  total.failed += broke ? 1 : failed;
}

function seconds(started: number): string {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

const wants = (part: string) => only === undefined || only === part;

try {
  if (wants('e2e') || wants('build')) await setUp({ install: true, say: console.log });
  if (wants('check')) await step('check', 'node', ['scripts/check/main.ts']);
  if (wants('unit'))
    await tests(
      'unit',
      match === undefined
        ? []
        : globSync(
            [
              '{packages,plugins}/*/src/**/*.test.ts',
              '{scripts,test/sim,test/oracle,test/fuzz,test/security}/**/*.test.ts',
            ],
            {
              cwd: root,
            },
          ).filter((file) => file.includes(match)),
    );
  if (wants('e2e') && (await step('build', 'node', ['scripts/bundle/main.ts']))) {
    const files = globSync('test/{e2e,chaos,security}/**/*.e2e.ts', { cwd: root })
      .filter((file) => match === undefined || file.includes(match))
      .sort();
    for (const file of files) await tests(file, ['--config', 'ava.e2e.config.js', file]);
  }
} catch (error) {
  if (!(error instanceof SetupRefused)) throw error;
  console.log(`setup: ${error.message}`);
  total.failed += 1;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
