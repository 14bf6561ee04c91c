import test from 'ava';
import { unknownCommand } from './unknown-command.ts';

const ids = ['agent', 'version', 'job:run', 'job:status', 'node:status', 'run'];

test('unknownCommand names the nearest command, and the known ones where none is near', (t) => {
  t.is(unknownCommand(['jbo', 'run', 'x'], ids), 'Error: there is no command "jbo" (did you mean "job"?)');
  t.is(unknownCommand(['job', 'rnu', 'x'], ids), 'Error: there is no command "job rnu" (did you mean "job run"?)');
  t.is(unknownCommand(['node', 'drain'], ids), 'Error: there is no command "node drain" (known: node status)');
});

test('unknownCommand has nothing to say about commands, topics, aliases and flags', (t) => {
  for (const argv of [
    [],
    ['--help'],

    ['job'],
    ['job', '--help'],
    ['job', 'run', 'x'],
    ['run', 'x'],
    ['agent', 'x'],
  ])
    t.is(unknownCommand(argv, ids), undefined);
});
