// A copy of the tree in which guards may be taken out: the product itself has no switch for that.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface WorkingCopy {
  readonly root: string;
  read(file: string): string;
  write(file: string, text: string): void;
  /** Builds what a changed file is part of: the native launcher, the command line. @throws Error with the compiler's words */
  build(file: string, forEndToEnd: boolean): void;
  /** How the one test of this title went; `absent` when the file ran no test of that title. */
  test(file: string, title: string): 'passed' | 'failed' | 'absent';
  remove(): void;
}

/** All files that git knows or would add, and the installed packages, by link; this tree's own packages are the copy's. */
export function makeWorkingCopy(from: string): WorkingCopy {
  const root = mkdtempSync(join(tmpdir(), 'orch-mutants-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: from });
  for (const file of listed.toString().split('\0')) {
    if (file === '' || !existsSync(join(from, file))) continue;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(from, file), join(root, file), { verbatimSymlinks: true });
  }
  linkPackages(from, root);
  if (existsSync(join(from, '.orch'))) symlinkSync(join(from, '.orch'), join(root, '.orch'));
  const bin = join(root, 'node_modules/.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, FORCE_COLOR: '0' };
  const run = (program: string, args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  };
  return {
    root,
    read: (file) => readFileSync(join(root, file), 'utf8'),
    write: (file, text) => writeFileSync(join(root, file), text),
    build(file, forEndToEnd) {
      if (file === '' || /^packages\/executor\/native\/.*\.[ch]$/.test(file))
        run('sh', ['packages/executor/native/build.sh']);
      if (forEndToEnd) run('node', ['scripts/bundle/main.ts']);
    },
    test(file, title) {
      const config = file.endsWith('.e2e.ts') ? ['--config', 'ava.e2e.config.js'] : [];
      const args = ['--tap', ...config, '--match', title, file];
      const { stdout } = spawnSync(join(bin, 'ava'), args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 });
      return outcomeOf(stdout, title);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What the runner's TAP says of one title. With several test files in a run the title stands behind its file's name. */
export function outcomeOf(tap: string, title: string): 'passed' | 'failed' | 'absent' {
  for (const line of tap.split('\n')) {
    const result = /^(not )?ok \d+ - (.*)$/.exec(line);
    if (result === null || result[2]?.includes('# SKIP')) continue;
    if (result[2] === title || result[2]?.endsWith(` › ${title}`)) return result[1] === undefined ? 'passed' : 'failed';
  }
  return 'absent';
}

function linkPackages(from: string, root: string): void {
  const packages = join(from, 'node_modules');
  mkdirSync(join(root, 'node_modules/@orch'), { recursive: true });
  for (const name of readdirSync(packages)) {
    if (name === '@orch') continue;
    symlinkSync(join(packages, name), join(root, 'node_modules', name));
  }
  for (const name of readdirSync(join(packages, '@orch')))
    symlinkSync(join(root, 'packages', name), join(root, 'node_modules/@orch', name));
}
