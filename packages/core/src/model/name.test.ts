import test from 'ava';
import fc from 'fast-check';
import {
  groupNameRule,
  jobIdRule,
  keyRule,
  labelRule,
  type NameRule,
  nameProblem,
  quotedName,
  recordIdRule,
  taskNameRule,
  wordRule,
} from './name.ts';

const rules: Readonly<Record<string, NameRule>> = {
  jobIdRule,
  labelRule,
  keyRule,
  groupNameRule,
  taskNameRule,
  wordRule,
  recordIdRule,
};
const reasonOf = (text: string, rule: NameRule) => nameProblem(text, rule)?.reason;

test('names as people give them are names of every kind', (t) => {
  for (const rule of Object.values(rules)) {
    for (const name of ['a', 'web-1', 'Web_2', 'größe', '日本', '🚀', '.hidden', 'a.b', '...', '-x', 'a'.repeat(128)]) {
      t.is(nameProblem(name, rule), undefined, name);
    }
  }
});

test('no kind of name is empty, a directory of paths, or holds what nobody sees', (t) => {
  for (const [kind, rule] of Object.entries(rules)) {
    for (const name of ['', '.', '..', ' ', 'a\u0000', '\u001b[2Jx', 'a\nb', 'a\u007f', '\u009bx', 'a\u202eb'])
      t.not(nameProblem(name, rule), undefined, `${kind}: ${JSON.stringify(name)}`);
    for (const name of ['\u200f', 'a\u2028b', '\ufeffa', 'a\u200bb', 'a\ud800'])
      t.not(nameProblem(name, rule), undefined, `${kind}: ${JSON.stringify(name)}`);
  }
});

test('a name is as long as its bytes', (t) => {
  t.is(reasonOf('ä'.repeat(64), taskNameRule), undefined);
  t.is(reasonOf('ä'.repeat(65), taskNameRule), 'is 130 bytes long');
  t.is(reasonOf('🚀'.repeat(64), jobIdRule), undefined);
  t.is(reasonOf('🚀'.repeat(65), jobIdRule), 'is 260 bytes long');
  t.is(reasonOf('x'.repeat(20_000), jobIdRule), 'is 20000 bytes long');
});

test('slashes are for ids of jobs, blanks for what people call things', (t) => {
  t.is(reasonOf('team/web', jobIdRule), undefined);
  for (const rule of [taskNameRule, groupNameRule, recordIdRule]) {
    t.is(reasonOf('a/b', rule), 'contains a slash');
    t.is(reasonOf('a\\b', rule), 'contains a slash');
  }
  t.is(reasonOf('my web', groupNameRule), undefined);
  for (const blank of [' ', '\u00a0', '\u3000']) t.is(reasonOf(`my${blank}web`, jobIdRule), 'contains a blank');
});

test('a task is not called as the directory beside its own', (t) => {
  t.regex(reasonOf('alloc', taskNameRule) ?? '', /directory that the tasks of a group share/);
  t.is(reasonOf('alloc', groupNameRule), undefined);
  t.is(reasonOf('constructor', taskNameRule), undefined);
});

test('a longest task name leaves room for what is added to the names of its files', (t) => {
  t.true(Buffer.byteLength(`${'x'.repeat(taskNameRule.maxBytes)}.stdout.${Number.MAX_SAFE_INTEGER}`) <= 255);
  t.true(`/v1/job/${'%FF'.repeat(jobIdRule.maxBytes)}/evaluations`.length < 2_000, 'and an id for its path');
});

test('what passes as a file name is one component, whatever it is', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      if (nameProblem(text, taskNameRule) !== undefined) return;
      t.false(/[/\\\p{Cc}]/u.test(text));
      t.true(Buffer.byteLength(text) <= 128 && Buffer.from(text).toString() === text);
    }),
    { numRuns: 500 },
  );
});

test('a name is quoted so that it cannot steer a terminal or fill it', (t) => {
  t.is(quotedName('a\u001b\u009bb'), '"a\\u001b\\u009bb"');
  t.is(quotedName('x'.repeat(20_000)), `"${'x'.repeat(64)}…"`);
});
