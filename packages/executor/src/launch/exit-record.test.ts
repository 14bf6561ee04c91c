import test from 'ava';
import { judgeExit, parseExitRecord, RUNNING_RECORD } from './exit-record.ts';

const evidence = { recorded: { code: 0 }, trace: '', oomKills: 0, ownPidNamespace: true, finishedAtMs: 5 };

test('a record may tell of kills for memory, and that the groups are gone', (t) => {
  t.deepEqual(parseExitRecord('exit 137 signal 9 oom 2 freed\n'), { code: 137, signal: 9, oomKills: 2, freed: true });
  t.deepEqual(parseExitRecord(`exit unknown oom 1\n${RUNNING_RECORD}`), { code: 'unknown', oomKills: 1 });
  t.deepEqual(parseExitRecord('exit 0 signal 0 freed\n'), { code: 0, signal: 0, freed: true });
  t.is(parseExitRecord('exit 0 signal 0 oom freed\n'), undefined);
});

test('a record written over the running one is read, an unfinished one is not', (t) => {
  for (const line of ['exit 0\n', 'exit 137\n', 'exit unknown\n']) {
    t.is(String(parseExitRecord(line + RUNNING_RECORD.slice(line.length))?.code), line.slice(5).trim());
  }
  t.is(parseExitRecord(RUNNING_RECORD), undefined);
  t.is(parseExitRecord('exit 13'), undefined);
  t.is(parseExitRecord(''), undefined);
});

test('judgeExit takes 128 + n for a signal only when the shell said so', (t) => {
  t.deepEqual(judgeExit({ ...evidence, recorded: { code: 143 }, trace: 'Terminated\n' }), {
    exitCode: 143,
    signal: 15,
    finishedAtMs: 5,
  });
  t.deepEqual(judgeExit({ ...evidence, recorded: { code: 143 } }), { exitCode: 143, finishedAtMs: 5 });
  t.deepEqual(judgeExit({ ...evidence, recorded: { code: 130 } }), { exitCode: 130, signal: 2, finishedAtMs: 5 });
});

test('judgeExit never makes an unknown status a success', (t) => {
  t.deepEqual(judgeExit({ ...evidence, recorded: { code: 'unknown' }, ownPidNamespace: false }), {
    error: 'exit-status-unknown',
    finishedAtMs: 5,
  });
  t.deepEqual(judgeExit({ ...evidence, recorded: { code: 'unknown' } }), { exitCode: 137, signal: 9, finishedAtMs: 5 });
});

test('judgeExit tells of an OOM kill unless the task succeeded all the same', (t) => {
  t.true(judgeExit({ ...evidence, recorded: { code: 137 }, oomKills: 1 }).oomKilled);
  t.is(judgeExit({ ...evidence, recorded: { code: 0 }, oomKills: 1 }).oomKilled, undefined);
});

test('a record that names the signal is believed, whatever the code looks like', (t) => {
  t.deepEqual(parseExitRecord(`exit 143 signal 0\n${RUNNING_RECORD}`), { code: 143, signal: 0 });
  const ended = (code: number, signal: number) => judgeExit({ ...evidence, recorded: { code, signal } });
  t.deepEqual(ended(130, 0), { exitCode: 130, finishedAtMs: 5 });
  t.deepEqual(ended(143, 15), { exitCode: 143, signal: 15, finishedAtMs: 5 });
});
