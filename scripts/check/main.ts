// `npm run check`: types, lint and format, import arrows, purity, sizes, generated documents, shipped launchers. Exit 0 when all hold, 1 when one does not.

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkLaunchers } from './launcher-stamp.ts';
import { checkTree } from './tidy.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const bin = `${root}/node_modules/.bin`;

interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

function run(name: string, command: string, args: readonly string[]): Promise<Outcome> {
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(`${bin}/${command}`, args, {
      cwd: root,
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, FORCE_COLOR: '0' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', (error) =>
      resolve({ name, ok: false, output: `${command} did not start: ${error.message}`, seconds: 0 }),
    );
    child.on('close', (code) => resolve({ name, ok: code === 0, output, seconds: (Date.now() - started) / 1000 }));
  });
}

function tidy(): Outcome {
  const started = Date.now();
  const findings = checkTree(root);
  const output = findings
    .map((finding) => `${finding.file}:${finding.line} ${finding.severity} ${finding.rule}: ${finding.message}`)
    .join('\n');
  return {
    name: 'tidy',
    ok: !findings.some((finding) => finding.severity === 'error'),
    output,
    seconds: (Date.now() - started) / 1000,
  };
}

function launchers(): Outcome {
  const problems = checkLaunchers(`${root}/packages/executor/native`);
  return { name: 'shipped launchers', ok: problems.length === 0, output: problems.join('\n'), seconds: 0 };
}

mkdirSync(`${root}/build`, { recursive: true });
const outcomes = [
  tidy(),
  launchers(),
  ...(await Promise.all([
    run('types', 'tsc', ['-p', '.']),
    run('lint and format', 'biome', ['check', '--error-on-warnings', '--max-diagnostics=40', '.']),
    run('arrows', 'depcruise', [
      '--config',
      'scripts/check/arrows.config.mjs',
      'packages',
      'plugins',
      'test',
      'bench',
      'scripts',
    ]),
    run('generated documents', 'node', ['scripts/docs/main.ts', '--check']),
  ])),
];
for (const outcome of outcomes) {
  console.log(`${outcome.ok ? 'ok    ' : 'FAILED'} ${outcome.name} (${outcome.seconds.toFixed(1)} s)`);
  if (outcome.output.trim() !== '' && (!outcome.ok || outcome.name === 'tidy')) console.log(outcome.output.trim());
}
process.exitCode = outcomes.every((outcome) => outcome.ok) ? 0 : 1;
