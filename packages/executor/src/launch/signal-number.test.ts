import test from 'ava';
import { signalNumber } from './launch-control.ts';

test('signals are names with or without SIG, real-time ones and numbers', (t) => {
  t.is(signalNumber('SIGHUP'), 1);
  t.is(signalNumber('term'), 15);
  t.is(signalNumber('37'), 37);
  t.is(signalNumber('SIGRTMIN'), 34);
  t.is(signalNumber('SIGRTMIN+3'), 37);
  t.is(signalNumber('RTMAX-2'), 62);
  for (const unknown of ['', '0', '65', 'SIGNOPE', 'SIGRTMIN-1', 'SIGRTMAX+1', 'SIGRTMIN+31'])
    t.throws(() => signalNumber(unknown), { message: /is not a signal/ }, unknown);
});
