import test from 'ava';
import { isKill, isSignal } from './signals.ts';

test('signals are names with or without SIG, real-time ones and numbers', (t) => {
  for (const known of [
    'SIGTERM',
    'TERM',
    'sigusr1',
    '15',
    '37',
    '64',
    'SIGRTMIN',
    'SIGRTMIN+3',
    'RTMAX-14',
    'SIGRTMAX',
  ])
    t.true(isSignal(known), known);
  for (const unknown of [
    '',
    '0',
    '65',
    '-1',
    'SIGNOPE',
    'SIGRTMIN+16',
    'SIGRTMAX-15',
    'SIGRTMIN-1',
    '1.5',
    'constructor',
  ])
    t.false(isSignal(unknown), unknown);
});

test('the signal nobody survives is known under all its names', (t) => {
  for (const kill of ['SIGKILL', 'KILL', '9', 'sigkill']) t.true(isKill(kill));
  for (const other of ['SIGTERM', '15', '']) t.false(isKill(other));
});
