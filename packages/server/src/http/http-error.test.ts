import { readFileSync } from 'node:fs';
import { OrchError } from '@orch/core/lib/errors';
import test from 'ava';
import { HttpError, refusal, textOf } from './http-error.ts';

test('an error is told without the path of the host that its cause is about', (t) => {
  const cause = t.throws(() => readFileSync('/var/lib/none/journal.db'));
  const error = new OrchError('journal-broken', 'the journal takes no more writes', { cause, hint: 'see the log' });
  t.is(textOf(error), 'the journal takes no more writes: ENOENT: no such file or directory, open (see the log)');
  const reply = refusal(error, 'application/problem+json');
  t.false(JSON.stringify(reply).includes('/var/lib'));
});

test('a bug is not told at all, what an endpoint says itself is told as it is', (t) => {
  t.regex(textOf(new TypeError('x of /var/lib/none')), /^internal error/);
  t.is(textOf(new HttpError(404, 'no such path: /v1/nodez')), 'no such path: /v1/nodez');
});
