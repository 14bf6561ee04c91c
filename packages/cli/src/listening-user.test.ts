import { once } from 'node:events';
import { createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { strangerAt } from './listening-user.ts';

async function listener(t: ExecutionContext, host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('strangerAt trusts root and oneself', async (t) => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
    const port = await listener(t, host);
    t.is(strangerAt(port), undefined, host);
  }
});

test('strangerAt names another user who listens, and nobody who does not', (t) => {
  const line = (place: string, state: string, uid: number) =>
    `   0: ${place} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 25127 1 0000 100 0 0 10 0\n`;
  const seen = (...lines: string[]) => strangerAt(4_646, 1_000, ['  sl  local_address rem_address   st\n', ...lines]);
  t.is(seen(line('0100007F:1226', '0A', 1_001)), 1_001);
  t.is(seen(line('00000000:1226', '0A', 1_001)), 1_001);
  t.is(seen(line('00000000000000000000000000000000:1226', '0A', 1_001)), 1_001);
  t.is(seen(line('0000000000000000FFFF00000100007F:1226', '0A', 1_001)), 1_001);
  t.is(seen(line('00000000:1226', '0A', 0), line('0100007F:1226', '0A', 1_001)), 1_001);
  t.is(seen(line('0100007F:1226', '0A', 1_000)), undefined);
  t.is(seen(line('0100007F:1226', '0A', 0)), undefined);
  t.is(seen(line('0100007F:1227', '0A', 1_001)), undefined, 'another port');
  t.is(seen(line('0100007F:1226', '01', 1_001)), undefined, 'a connection');
  t.is(seen(line('0101A8C0:1226', '0A', 1_001)), undefined, 'another address');
  t.is(strangerAt(4_646, 1_000, ['', '']), undefined);
});
