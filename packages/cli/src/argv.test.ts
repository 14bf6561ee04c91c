import test from 'ava';
import { protectExecArguments, rewriteFlags } from './argv.ts';

test('rewriteFlags turns single-dash long flags into two dashes and leaves the rest alone', (t) => {
  t.deepEqual(rewriteFlags(['job', 'run', '-var', 'a=-b', '-check-index=5', '-d', '-', '-5', '--json', '--', '-var']), [
    'job',
    'run',
    '--var',
    'a=-b',
    '--check-index=5',
    '-d',
    '-',
    '-5',
    '--json',
    '--',
    '-var',
  ]);
});

test('protectExecArguments leaves the remote command to the remote side', (t) => {
  t.deepEqual(protectExecArguments(['alloc', 'exec', '-task', 'web', '-t', '0a1b', 'ls', '-la', '-color']), [
    'alloc',
    'exec',
    '-task',
    'web',
    '-t',
    '0a1b',
    '--',
    'ls',
    '-la',
    '-color',
  ]);
  t.deepEqual(protectExecArguments(['exec', '0a1b', 'sh']), ['exec', '0a1b', '--', 'sh']);
  t.deepEqual(protectExecArguments(['alloc', 'exec', '0a1b', '--', 'sh']), ['alloc', 'exec', '0a1b', '--', 'sh']);
  t.deepEqual(protectExecArguments(['alloc', 'exec', '0a1b']), ['alloc', 'exec', '0a1b']);
  t.deepEqual(protectExecArguments(['job', 'run', 'x']), ['job', 'run', 'x']);
});
