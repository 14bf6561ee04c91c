import test from 'ava';
import { checkFile } from './tidy.ts';

const rules = (file: string, text: string) =>
  checkFile(file, text).map((finding) => `${finding.rule}:${finding.severity}:${finding.line}`);

test('checkFile accepts a small commented file', (t) => {
  t.deepEqual(rules('packages/core/src/model/thing.ts', '// Things.\nexport const thing = 1;\n'), []);
});

test('checkFile refuses a clock and randomness in a pure room, not elsewhere and not in comments', (t) => {
  const text = '// Pure.\nconst now = Date.now();\nconst dice = Math.random(); // Date.now()\n// Math.random()\n';
  t.deepEqual(rules('packages/core/src/scheduler/rank/dice.ts', text), ['pure:error:2', 'pure:error:3']);
  t.deepEqual(rules('packages/core/src/client/task-runner/transition.ts', text), ['pure:error:2', 'pure:error:3']);
  t.deepEqual(rules('packages/core/src/client/sync.ts', text), []);
});

test('checkFile warns over 250 lines and refuses over 400', (t) => {
  const lines = (count: number) => `// Long.\n${'x;\n'.repeat(count - 1)}`;
  t.deepEqual(rules('packages/cli/src/a.ts', lines(250)), []);
  t.deepEqual(rules('packages/cli/src/a.ts', lines(251)), ['size:warning:251']);
  t.deepEqual(rules('packages/cli/src/a.ts', lines(401)), ['size:error:401']);
  t.deepEqual(rules('packages/cli/src/a.test.ts', lines(501)), ['size:error:501']);
});

test('checkFile refuses names that say nothing and files that do not say what they own', (t) => {
  t.deepEqual(rules('packages/cli/src/utils.ts', 'export {};\n'), ['name:error:1', 'first-line:error:1']);
});

test('checkFile refuses commands that print past the door that makes texts harmless', (t) => {
  const text = '// A command.\nprocess.stdout.write(text);\nconsole.log(text);\nthis.log(text);\n';
  t.deepEqual(rules('packages/cli/src/commands/job/new.ts', text), ['terminal:error:2', 'terminal:error:3']);
  t.deepEqual(rules('packages/cli/src/commands/alloc/logs.ts', text), []);
  t.deepEqual(rules('packages/cli/src/commands/job/new.test.ts', text), []);
});
