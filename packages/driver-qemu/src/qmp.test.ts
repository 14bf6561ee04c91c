import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createQmpClient } from './qmp.ts';
import { connectQmp } from './qmp-connect.ts';

async function withServer(
  serve: (socket: Socket, line: string) => void,
  greet: boolean,
  run: (path: string) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'orch-qmp-'));
  const path = join(dir, 's');
  const server = createServer((socket) => {
    if (greet) socket.write('{"QMP":{"version":{},"capabilities":[]}}\r\n');
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      for (const line of String(text).split('\n')) if (line !== '') serve(socket, line);
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    await run(path);
  } finally {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

const answer = (socket: Socket, line: string) => {
  const { id, execute } = JSON.parse(line) as { id: number; execute: string };
  if (execute === 'bad') socket.write(`{"id":${id},"error":{"class":"CommandNotFound","desc":"no such command"}}\n`);
  else if (execute === 'die') socket.destroy();
  else {
    const reply = `{"event":"POWERDOWN","data":{"a":1},"timestamp":{}}\n{"id":${id},"return":{"command":"${execute}"}}\n`;
    // In two pieces, as a stream may deliver it.
    socket.write(reply.slice(0, 20));
    setTimeout(() => socket.write(reply.slice(20)), 5);
  }
};

test('connectQmp negotiates, pairs answers with commands and hands out events', async (t) => {
  await withServer(answer, true, async (path) => {
    const client = await connectQmp(path, 2000);
    const events: string[] = [];
    client.onEvent((event) => events.push(event.event));
    const results = [await client.execute('query-status'), await client.execute('system_powerdown')];
    t.deepEqual(results, [{ command: 'query-status' }, { command: 'system_powerdown' }]);
    t.deepEqual(events, ['POWERDOWN', 'POWERDOWN']);
    client.close();
  });
});

test('execute rejects with the text of QEMU and when the connection ends', async (t) => {
  await withServer(answer, true, async (path) => {
    const client = await connectQmp(path, 2000);
    await t.throwsAsync(client.execute('bad'), { name: 'QmpError', message: 'no such command' });
    await t.throwsAsync(client.execute('die'), { name: 'QmpError', message: 'QEMU closed the connection' });
    await t.throwsAsync(client.execute('later'), { message: 'QEMU closed the connection' });
  });
});

test('connectQmp gives up when there is no greeting or no socket', async (t) => {
  await withServer(
    () => {},
    false,
    async (path) => {
      await t.throwsAsync(connectQmp(path, 100), { message: /no QMP greeting .* within 100 ms/ });
    },
  );
  await t.throwsAsync(connectQmp('/nonexistent/qmp', 100), { code: 'ENOENT' });
});

test('a QEMU that was taken over and answers nonsense ends its connection or gets an error, never the agent', async (t) => {
  for (const line of [
    'null',
    '7',
    '[]',
    '{',
    '{"id":2,"error":null}',
    '{"id":2,"error":{"desc":{"a":1}}}',
    '{"event":"X","data":null}\n{"id":2,"error":{}}',
  ]) {
    const say = (socket: Socket, text: string) => {
      const { id } = JSON.parse(text) as { id: number };
      socket.write(id === 1 ? '{"id":1,"return":{}}\n' : `${line}\n`);
    };
    await withServer(say, true, async (path) => {
      const client = await connectQmp(path, 2000);
      client.onEvent(({ data }) => Object.keys(data));
      await t.throwsAsync(client.execute('query-status'), { name: 'QmpError' }, line);
      client.close();
    });
  }
});

test('a QEMU that was taken over and never stops talking is listened to no longer', async (t) => {
  for (const piece of ['x'.repeat(65_536), `${'{"event":"X"}\n'.repeat(4_000)}`]) {
    let sent = 0;
    const flood = (socket: Socket, text: string) => {
      const { id } = JSON.parse(text) as { id: number };
      if (id === 1) socket.write('{"id":1,"return":{}}\n');
      else for (; sent < 64 * 1_048_576 && socket.writable; sent += piece.length) socket.write(piece);
    };
    await withServer(flood, true, async (path) => {
      const client = await connectQmp(path, 2000);
      await t.throwsAsync(client.execute('query-status'), { message: /more than 1048576 bytes|ECONNRESET/ });
    });
  }
});

test('connectQmp connects to what lies at the path itself: a link in its place leads nowhere', async (t) => {
  await withServer(answer, true, async (path) => {
    const dir = mkdtempSync(join(tmpdir(), 'orch-qmp-'));
    t.teardown(() => rmSync(dir, { recursive: true, force: true }));
    symlinkSync(path, join(dir, 'link'));
    await t.throwsAsync(connectQmp(join(dir, 'link'), 1000), { name: 'QmpError', message: /is no socket/ });
    writeFileSync(join(dir, 'file'), '');
    await t.throwsAsync(connectQmp(join(dir, 'file'), 1000), { name: 'QmpError', message: /is no socket/ });
  });
});

test('connectQmp reaches a socket whose path is longer than a socket address', async (t) => {
  await withServer(answer, true, async (path) => {
    const client = await connectQmp(
      path.replace(/[^/]*$/, (name) => `${'./'.repeat(60)}${name}`),
      1000,
    );
    client.close();
    t.pass();
  });
});

/** A socket of which the test is the other end: what its words do is thrown at the test. */
function fakeSocket() {
  const listeners: Record<string, (value: unknown) => void> = {};
  const seen = { destroyed: undefined as Error | undefined };
  const socket = {
    on: (event: string, listener: (value: unknown) => void) => {
      listeners[event] = listener;
    },
    setEncoding() {},
    write: () => true,
    end() {},
    destroy: (error?: Error) => {
      seen.destroyed = error;
    },
  };
  const client = createQmpClient(socket as unknown as Parameters<typeof createQmpClient>[0]);
  return { client, seen, say: (text: string) => listeners['data']?.(text) };
}

test('no answer of an emulator throws where nobody catches', (t) => {
  for (const line of ['null', '7', '[null]', '"x"', '{', '{"id":1,"error":null}', '{"event":"X","data":null}']) {
    const { client, say } = fakeSocket();
    client.onEvent(({ data }) => Object.keys(data));
    client.execute('query-status').catch(() => {}); // the line may be its answer
    t.notThrows(() => say(`${line}\n`), line);
  }
});

test('an emulator that says more than any answer is long is cut off', (t) => {
  for (const piece of ['x'.repeat(65_536), '{"event":"X"}\n'.repeat(5_000)]) {
    const { seen, say } = fakeSocket();
    for (let sent = 0; sent <= 1_048_576; sent += piece.length) say(piece);
    t.regex(String(seen.destroyed), /more than 1048576 bytes/);
  }
});
