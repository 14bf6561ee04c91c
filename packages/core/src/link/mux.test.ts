// The multiplexer and the codec together: two ends over frames.

import test from 'ava';
import { OrchError } from '../lib/errors.ts';
import { decodeMessage, encodeMessage } from './codec.ts';
import type { StreamMessage } from './messages.ts';
import { streamWindowBytes } from './messages.ts';
import { callMux, type ServedStream, serveMux } from './mux.ts';

function pair(handle: (stream: ServedStream) => Promise<unknown>) {
  const frames: StreamMessage[] = [];
  const over = (deliver: (message: StreamMessage) => void) => (message: StreamMessage) => {
    frames.push(message);
    const frame = encodeMessage(message);
    queueMicrotask(() => deliver(decodeMessage<StreamMessage>(frame)));
  };
  const caller = callMux(over((message) => server.accept(message)));
  const server = serveMux(
    over((message) => caller.accept(message)),
    handle,
  );
  return { caller, server, frames };
}

const stats = { allocationId: 'a1' };

test('callMux resolves with the result of the handler', async (t) => {
  const { caller } = pair(async (stream) => ({ method: stream.method, params: stream.params }));
  const call = caller.open('alloc.stats', stats);
  t.deepEqual((await call.result) as unknown, { method: 'alloc.stats', params: stats });
});

test('callMux rejects with the code, message and hint of the handler', async (t) => {
  const { caller } = pair(async () => {
    throw new OrchError('unknown-allocation', 'no allocation a1 here', { hint: 'list them' });
  });
  const error = await t.throwsAsync(caller.open('alloc.stats', stats).result, { instanceOf: OrchError });
  t.is(error?.code, 'unknown-allocation');
  t.is(error?.hint, 'list them');
});

test('a stream carries more than its window in order, and stalls while nobody reads', async (t) => {
  const total = streamWindowBytes * 3 + 17;
  const sent = new Uint8Array(total).map((_, index) => index % 251);
  const { caller, frames } = pair(async (stream) => {
    await stream.write(0, sent);
    stream.finish(0);
    return { bytes: total };
  });
  const call = caller.open('fs.read', {
    allocationId: 'a1',
    path: 'x',
    offset: 0,
    limit: -1,
    origin: 'start',
    follow: false,
  });
  await new Promise((resolve) => setImmediate(resolve));
  const early = frames.reduce((sum, frame) => sum + (frame.type === 'data' ? frame.bytes.length : 0), 0);
  t.is(early, streamWindowBytes);
  const received: number[] = [];
  let finished = false;
  for await (const event of call.events()) {
    if (event.type === 'data') received.push(...event.bytes);
    if (event.type === 'finish') finished = true;
  }
  t.true(finished);
  t.deepEqual(Uint8Array.from(received), sent);
  t.deepEqual(await call.result, { bytes: total });
});

test('data written by the caller and notes reach the handler in order', async (t) => {
  const { caller } = pair(async (stream) => {
    const seen: string[] = [];
    for await (const event of stream.events()) {
      if (event.type === 'data') seen.push(new TextDecoder().decode(event.bytes));
      else if (event.type === 'note') seen.push(JSON.stringify(event.note));
      else break;
    }
    return { seen };
  });
  const call = caller.open('alloc.exec', { allocationId: 'a1', task: 't', command: ['sh'], tty: true });
  void call.write(0, new TextEncoder().encode('one'));
  call.note({ columns: 80, rows: 24 });
  void call.write(0, new TextEncoder().encode('two'));
  call.finish(0);
  t.deepEqual((await call.result) as unknown, { seen: ['one', '{"columns":80,"rows":24}', 'two'] });
});

test('cancel aborts the handler and rejects the result', async (t) => {
  const aborted = Promise.withResolvers<void>();
  const { caller } = pair(async (stream) => {
    await new Promise<void>((resolve) => stream.canceled.addEventListener('abort', () => resolve(), { once: true }));
    aborted.resolve();
  });
  const call = caller.open('node.stats', {});
  await new Promise((resolve) => setImmediate(resolve));
  call.cancel();
  await aborted.promise;
  await t.throwsAsync(call.result, { message: /went away/ });
});

test('closing the link fails every open call, and later ones at once', async (t) => {
  const { caller } = pair(() => new Promise(() => {}));
  const call = caller.open('node.stats', {});
  caller.close('socket closed');
  await t.throwsAsync(call.result, { message: /socket closed/ });
  await t.throwsAsync(caller.open('node.stats', {}).result, { message: /socket closed/ });
});

test('decodeMessage refuses frames that are cut, empty or not JSON', (t) => {
  for (const frame of [
    new Uint8Array(0),
    new Uint8Array([0, 0, 0, 9, 1]),
    new Uint8Array([0, 0, 0, 1, 0x7b]),
    new Uint8Array([0, 0, 0, 2, 0x7b, 0x7d]),
  ]) {
    const error = t.throws(() => decodeMessage(frame), { instanceOf: OrchError });
    t.is(error?.code, 'link-frame');
  }
});
