// Real servers on loopback, good and bad ones: what is written to their connections is written byte by byte.

import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { defaultHttpLimits, type HttpLimits, httpGet } from './http-get.ts';

/** A server that gets the head of each request and writes what it likes. */
async function rawServer(t: ExecutionContext, serve: (socket: Socket, head: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let head = '';
    socket.on('data', (piece) => {
      head += piece;
      if (head.includes('\r\n\r\n')) serve(socket, head);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function httpServer(
  t: ExecutionContext,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createHttpServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Options {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<HttpLimits>;
}

async function read(url: string, { headers = {}, signal, limits = {} }: Options = {}): Promise<[number, string]> {
  const get = httpGet({ ...defaultHttpLimits, ...limits });
  const answer = await get(url, { headers, signal: signal ?? AbortSignal.timeout(20_000) });
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  return [answer.status, Buffer.concat(parts).toString('latin1')];
}

const megabytes = (count: number) => Buffer.alloc(count * 2 ** 20, 'x');

test('bodies of old servers come whole: HTTP/1.0 without a length, 8 MB, the connection closed, twenty times', async (t) => {
  const body = megabytes(8);
  const url = await rawServer(t, (socket) => {
    socket.write('HTTP/1.0 200 OK\r\nServer: old\r\nConnection: close\r\n\r\n');
    socket.end(body);
  });
  for (let round = 0; round < 20; round += 1) t.is((await read(url))[1].length, body.length);
});

test('a slow reader gets all of what an old server wrote before it went away', async (t) => {
  const url = await rawServer(t, (socket) => {
    socket.write('HTTP/1.0 200 OK\r\n\r\n');
    socket.end(megabytes(2));
  });
  const answer = await httpGet()(url, { headers: {}, signal: AbortSignal.timeout(20_000) });
  let length = 0;
  for await (const part of answer.body) {
    length += part.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.is(length, 2 * 2 ** 20);
});

test('chunks, lengths and the end of the connection end a body', async (t) => {
  const heads = [
    'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    'Content-Length: 5\r\n\r\nabcde',
  ];
  for (const rest of [...heads, 'Connection: close\r\n\r\nabcde']) {
    const url = await rawServer(t, (socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`));
    t.deepEqual(await read(url), [200, 'abcde']);
  }
});

test('a body that is cut short is an error where its length was known', async (t) => {
  const cut = [
    'Content-Length: 100\r\n\r\nabc',
    'Transfer-Encoding: chunked\r\n\r\n64\r\nabc',
    'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    `Content-Encoding: gzip\r\n\r\n${gzipSync(megabytes(1)).subarray(0, 200).toString('latin1')}`,
  ];
  for (const rest of cut) {
    const url = await rawServer(t, (socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`, 'latin1'));
    await t.throwsAsync(read(url), undefined, JSON.stringify(rest.slice(0, 60)));
  }
  const reset = await rawServer(t, (socket) => {
    socket.write('HTTP/1.0 200 OK\r\n\r\nabc', () => setTimeout(() => socket.resetAndDestroy(), 50));
  });
  await t.throwsAsync(read(reset), undefined, 'no length, but the connection broke');
});

test('nonsense instead of an answer is an error, whatever it is', async (t) => {
  const bombs = [
    'HTTP/1.1 200 OK\r\nX: ',
    'not HTTP at all\r\n\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(20_000)}\r\n`,
    `HTTP/1.1 200 ${'O'.repeat(100_000)}\r\n\r\n`,
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n',
    'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    `HTTP/1.1 200 OK\r\nContent-Encoding: ${'gzip,'.repeat(6)}\r\n\r\n`,
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain',
    '',
  ];
  for (const text of bombs) {
    const url = await rawServer(t, (socket) => socket.end(text));
    await t.throwsAsync(read(url), undefined, JSON.stringify(text.slice(0, 60)));
  }
});

test('encodings that a server chose are undone, unknown ones are left', async (t) => {
  const encodings: readonly (readonly [string, (text: string) => Buffer])[] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
    ['br, gzip', (text) => gzipSync(brotliCompressSync(text))],
    ['of-the-future', Buffer.from],
  ];
  for (const [name, encode] of encodings) {
    const url = await httpServer(t, (_, response) => {
      response.writeHead(200, { 'Content-Encoding': name }).end(encode('text'));
    });
    t.deepEqual(await read(url), [200, 'text'], name);
  }
});

test('redirects are followed to a limit, to HTTP only, and from their own place', async (t) => {
  const url = await httpServer(t, (request, response) => {
    const [, kind = '', rest = ''] = (request.url ?? '').split('/');
    const to: Record<string, string> = {
      count: Number(rest) === 0 ? '' : `${Number(rest) - 1}`,
      file: 'file:///etc/passwd',
      ftp: 'ftp://127.0.0.1/x',
      nonsense: 'http://[',
      loop: '/loop/',
    };
    const location = to[kind] ?? '';
    if (location === '') response.end(request.url);
    else response.writeHead(302, { Location: location }).end('moved');
  });
  t.deepEqual(await read(`${url}/count/20`), [200, '/count/0']);
  for (const path of ['count/21', 'loop/', 'file', 'ftp', 'nonsense'])
    await t.throwsAsync(read(`${url}/${path}`), { code: 'http-redirect' }, path);
});

test('a redirect status without a place is an answer', async (t) => {
  const url = await httpServer(t, (_, response) => response.writeHead(302).end('where?'));
  t.deepEqual(await read(url), [302, 'where?']);
});

test('headers of the job go to the host they were written for, and no further', async (t) => {
  const seen: IncomingMessage['headers'][] = [];
  const other = await httpServer(t, (request, response) => {
    seen.push(request.headers);
    response.end('there');
  });
  const own = await httpServer(t, (request, response) => {
    seen.push(request.headers);
    if (request.url === '/first') response.writeHead(307, { Location: '/second' }).end();
    else response.writeHead(307, { Location: `${other}/third` }).end();
  });
  const headers = { Authorization: 'Bearer s', Cookie: 'a=s', 'X-Token': 's', Accept: 'text/x' };
  const withName = own.replace('http://', 'http://user:s@');
  t.deepEqual(await read(`${withName}/first`, { headers }), [200, 'there']);
  t.is(seen.length, 3);
  for (const index of [0, 1]) t.like(seen[index], { authorization: 'Bearer s', cookie: 'a=s', 'x-token': 's' });
  t.like(seen[2], { accept: 'text/x', 'user-agent': 'orch' });
  t.false(JSON.stringify(seen[2]).includes('"s"') || /authorization|cookie|x-token/.test(JSON.stringify(seen[2])));
});

test('a name and a password in the address are told to that host', async (t) => {
  const url = await httpServer(t, (request, response) => response.end(request.headers.authorization));
  const [, said] = await read(url.replace('http://', 'http://user:pass%20word@'));
  t.is(said, `Basic ${Buffer.from('user:pass word').toString('base64')}`);
});

test('a server that says nothing, or stops in the middle, is left after the limit', async (t) => {
  const limits = { idleMs: 200 };
  const silent = await rawServer(t, () => {});
  await t.throwsAsync(read(silent, { limits }), { code: 'http-timeout', message: /sends nothing within 0.2 s/ });
  const stopped = await rawServer(t, (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'));
  await t.throwsAsync(read(stopped, { limits }), { code: 'http-timeout' });
  const slow = await rawServer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
    let sent = 0;
    const timer = setInterval(() => {
      socket.write('x');
      sent += 1;
      if (sent === 5) clearInterval(timer);
    }, 400);
  });
  // In all it takes longer than the limit; a busy machine may stretch each pause to thrice its length.
  t.deepEqual(await read(slow, { limits: { idleMs: 1_500 } }), [200, 'xxxxx'], 'slow is not silent');
});

test('abort ends it before the answer, in the body, and in a redirect', async (t) => {
  const paths: Record<string, (socket: Socket) => void> = {
    before: () => {},
    body: (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nabc'),
    encoded: (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n'),
  };
  for (const [name, serve] of Object.entries(paths)) {
    const url = await rawServer(t, serve);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await t.throwsAsync(read(url, { signal: controller.signal }), undefined, name);
  }
  await t.throwsAsync(read('http://127.0.0.1:1/', { signal: AbortSignal.abort() }));
});

test('leaving the body, or discarding it, ends the connection', async (t) => {
  let closed = 0;
  const url = await rawServer(t, (socket) => {
    socket.on('close', () => (closed += 1));
    const timer = setInterval(() => socket.write(megabytes(1)), 5);
    socket.on('close', () => clearInterval(timer));
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
  });
  const options = { headers: {}, signal: AbortSignal.timeout(20_000) };
  (await httpGet()(url, options)).discard();
  for await (const _ of (await httpGet()(url, options)).body) break;
  while (closed < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  t.is(closed, 2);
});

test('nobody there is an error with its reason', async (t) => {
  await t.throwsAsync(read('http://127.0.0.1:1/'), { message: /ECONNREFUSED/ });
});
