// Rules of the tree that no off-the-shelf linter holds: sizes, names, purity, words. A finding is one line.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { checkConfinedFiles, staleExceptions } from './confined-files.ts';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

export const maxSourceLines = 400;
export const warnSourceLines = 250;
export const maxTestLines = 500;

const pureRoom =
  /^packages\/core\/src\/(lib|model|schema|jobspec|convert|scheduler|state|link)\/|^packages\/core\/src\/.*\/transition\.ts$/;
const testFile = /\.(test|e2e)\.ts$|\/testing\/|\/fixtures\/|^test\/|^bench\//;

/** What a pure room may not do, beyond what the linter's restricted globals and imports hold. */
const impure: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\s*\(/, 'Date.now() in a pure room: take the time as an argument'],
  [/\bnew Date\(\s*\)/, 'new Date() in a pure room: take the time as an argument'],
  [/\bMath\.random\s*\(/, 'Math.random() in a pure room: take a Random as an argument'],
  [/\bglobalThis\b/, 'globalThis in a pure room: take what you need as an argument'],
];

/** Names the house does not use. */
const bannedNames = /(^|[/-])(utils?|helpers?|common|misc)(\.ts$|[/-])/;

/** Files of the command line that write to its streams past the door that makes texts harmless, and what they write. */
const writers: Readonly<Record<string, string>> = {
  'packages/cli/src/agent/system.ts': 'lines of the log, escaped there',
  'packages/cli/src/commands/alloc/fs.ts': 'bytes of a file of a task',
  'packages/cli/src/commands/alloc/logs.ts': 'bytes that a task wrote',
  'packages/cli/src/commands/job/logs.ts': 'bytes that tasks wrote, behind an escaped prefix',
  'packages/cli/src/commands/fmt.ts': 'texts of files, as fileText gives them',
  'packages/cli/src/commands/job/convert.ts': 'the text of a file, as fileText gives it',
  'packages/cli/src/commands/job/inspect.ts': 'the text of a file, as fileText gives it',
  'packages/cli/src/main.ts': 'a message, as terminalText gives it',
};
const writesPast = /\bprocess\.std(?:out|err)\.write\(|\bconsole\.(?:log|error|warn|info)\(/;

export function checkFile(file: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const say = (line: number, rule: string, message: string, severity: Finding['severity'] = 'error') =>
    findings.push({ file, line, rule, message, severity });
  const lines = text.split('\n');
  const count = lines.length - (text.endsWith('\n') ? 1 : 0);
  const isTest = testFile.test(file);
  if (isTest && count > maxTestLines)
    say(count, 'size', `${count} lines: a test file has at most ${maxTestLines}, split it by behaviour`);
  if (!isTest && count > maxSourceLines)
    say(count, 'size', `${count} lines: a source file has at most ${maxSourceLines}`);
  else if (!isTest && count > warnSourceLines)
    say(count, 'size', `${count} lines: over ${warnSourceLines}, look for a second noun`, 'warning');
  if (bannedNames.test(file)) say(1, 'name', 'a file is named after its noun or feature, not utils, helpers or common');
  if (!isTest && !/^(\/\/|\/\*|#!)/.test(text))
    say(
      1,
      'first-line',
      'a source file opens with a comment that says what it owns',
      /\/index\.ts$/.test(file) ? 'warning' : 'error',
    );
  lines.forEach((line, index) => {
    if (/\b(FIXME|XXX)\b/.test(line) && !file.startsWith('scripts/check/'))
      say(index + 1, 'fixme', 'FIXME and XXX do not land');
    if (/(\/\/|^\s*\*).*\bTODO\b/.test(line) && !/TODO\(#\d+\)/.test(line) && !file.startsWith('scripts/check/'))
      say(index + 1, 'todo', 'a TODO names its issue: TODO(#12)');
    if (!isTest && file.startsWith('packages/cli/src/') && writers[file] === undefined && writesPast.test(line))
      say(index + 1, 'terminal', 'commands print with this.log: it keeps what is printed from steering the terminal');
    if (!isTest && pureRoom.test(file)) {
      const code = line.replace(/\/\/.*$/, '').replace(/^\s*\*.*$/, '');
      for (const [pattern, message] of impure) if (pattern.test(code)) say(index + 1, 'pure', message);
    }
  });
  return [...findings, ...checkConfinedFiles(file, text)];
}

/** All findings over the files git knows or would add. */
export function checkTree(root: string): readonly Finding[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = [...new Set(listed.split('\n'))].filter((file) => file !== '');
  const texts = new Map<string, string>();
  for (const file of files) {
    try {
      texts.set(file, readFileSync(`${root}/${file}`, 'utf8'));
    } catch (error) {
      // A file deleted but still in the index: git will notice it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return [
    ...[...texts].flatMap(([file, text]) => checkFile(file, text)),
    ...staleExceptions((file) => texts.get(file)),
  ];
}
