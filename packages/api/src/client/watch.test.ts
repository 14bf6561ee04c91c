// Following with blocking reads.

import test from 'ava';
import { ApiError } from './api-error.ts';
import { transport } from './transport.ts';
import { watch } from './watch.ts';

test('watch yields the present answer and each newer one, not time-outs', async (t) => {
  const answers = [3, 3, 5, 5, 6].map((index) => ({ value: `at ${index}`, index }));
  const asked: (number | undefined)[] = [];
  const seen: string[] = [];
  const read = async (options: { readonly index?: number }) => {
    asked.push(options.index);
    return answers[asked.length - 1] ?? { value: 'end', index: 7 };
  };
  for await (const { value } of watch(read)) {
    if (value === 'end') break;
    seen.push(value);
  }
  t.deepEqual(seen, ['at 3', 'at 5', 'at 6']);
  t.deepEqual(asked, [0, 3, 3, 5, 5, 6]);
});

test('watch begins anew when the index went back', async (t) => {
  const indexes = [9, 2, 2];
  const asked: (number | undefined)[] = [];
  const read = async (options: { readonly index?: number }) => {
    asked.push(options.index);
    return { value: null, index: indexes[asked.length - 1] ?? 0 };
  };
  for await (const { index } of watch(read)) if (index === 2 && asked.length === 3) break;
  t.deepEqual(asked, [0, 9, 0]);
});

test('an agent that does not answer is an ApiError with a hint', async (t) => {
  const http = transport({ address: '127.0.0.1:1' });
  t.teardown(() => http.close());
  const error = await t.throwsAsync(http.read('/v1/jobs'), { instanceOf: ApiError });
  t.is(error?.status, 0);
  t.regex(error?.hint ?? '', /orch agent --dev/);
});

test('addresses this client does not speak are refused by name', (t) => {
  t.throws(() => transport({ address: 'https://127.0.0.1:4646' }), { message: /https:\/\/ are not supported yet/ });
  t.throws(() => transport({ address: 'not an address' }), { message: /is no address/ });
  t.throws(() => transport({ address: 'unix://run/orch/api.sock' }), { message: /is no address/ });
  for (const address of ['unix:/run/orch/api.sock', '/run/orch/api.sock'])
    t.like(
      t.throws(() => transport({ address })),
      { hint: 'a socket is named unix:///run/orch/api.sock' },
    );
  t.is(transport({ address: 'unix:///run/orch/api.sock' }).place, '/run/orch/api.sock');
});
