import test from 'ava';
import { protectExecArguments, refusedFlag, rewriteFlags, rewriteSwitches, unknownFlag } from './argv.ts';

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

test('-h asks for help, unless it is for a remote command', (t) => {
  t.deepEqual(rewriteFlags(['job', 'run', '-h']), ['job', 'run', '--help']);
  t.deepEqual(rewriteFlags(protectExecArguments(['alloc', 'exec', 'abc', 'ls', '-h'])), [
    'alloc',
    'exec',
    'abc',
    '--',
    'ls',
    '-h',
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

test('protectExecArguments knows the ways switches are written, and leaves the remote ones alone', (t) => {
  const words = (line: string) => protectExecArguments(line.split(' ')).join(' ');
  t.is(words('exec -t=false -i=false 0a1b sh -t=false'), 'exec --no-tty --no-stdin 0a1b -- sh -t=false');
  t.is(words('alloc exec -it -e=none 0a1b sh -it'), 'alloc exec --stdin --tty --escape none 0a1b -- sh -it');
  t.is(words('exec -job=true -t=1 shop sh'), 'exec --job --tty shop -- sh');
  t.is(words('exec -job=false 0a1b sh'), 'exec 0a1b -- sh');
  t.is(words('exec -task=web 0a1b sh -- -x'), 'exec -task=web 0a1b -- sh -- -x');
  t.is(words('exec -t=maybe 0a1b sh'), 'exec -t=maybe 0a1b -- sh');
});

const flags = { diff: { type: 'boolean', allowNo: true }, detach: { type: 'boolean' }, var: { type: 'option' } };

test('switches take a value as Go writes them; values of other flags and what is behind -- are left alone', (t) => {
  t.deepEqual(rewriteSwitches(['--diff=false', '--detach=true', '--detach=f', '--diff=1', 'x'], flags), [
    '--no-diff',
    '--detach',
    '--diff',
    'x',
  ]);
  const other = ['--var=a=true', '--var=x', '--unknown=false', '--', '--diff=false'];
  t.deepEqual(rewriteSwitches(other, flags), other);
  t.is(rewriteSwitches(['--diff=maybe'], flags), 'Error: -diff takes true or false, not "maybe"');
  t.is(rewriteSwitches(['--detach='], flags), 'Error: -detach takes true or false, not ""');
});

test('a flag that can do nothing here is refused by name with its reason, unless it is off', (t) => {
  const refused = { ui: 'there is none', t: 'no templates' };
  t.is(refusedFlag(['run', '--ui', 'x'], refused), 'Error: -ui is not supported: there is none');
  t.is(refusedFlag(['-t', '{{.}}'], refused), 'Error: -t is not supported: no templates');
  t.is(refusedFlag(['-t={{.}}'], refused), 'Error: -t is not supported: no templates');
  t.is(refusedFlag(['--ui=false', '--uix', '--', '--ui'], refused), undefined);
});

test('a flag that does not exist is told with the nearest one; values and what is behind -- are no flags', (t) => {
  t.is(unknownFlag(['x', '--dif'], flags), 'Error: there is no flag --dif (did you mean "--diff"?)');
  t.is(unknownFlag(['--dettach=1'], flags), 'Error: there is no flag --dettach (did you mean "--detach"?)');
  t.is(unknownFlag(['--whatever'], flags), 'Error: there is no flag --whatever (add --help to see which there are)');
  t.is(unknownFlag(['--no-detach'], flags)?.slice(0, 35), 'Error: there is no flag --no-detach');
  const right = ['--diff', '--no-diff', '--var', '--x=1', '--var=y', 'file', '-', '-5', '--help', '--', '--dif'];
  t.is(unknownFlag(right, flags), undefined);
});
