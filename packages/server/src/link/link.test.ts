// The link over a real WebSocket, and what it refuses.

import type { AddressInfo } from 'node:net';
import { decodeMessage, encodeMessage } from '@orch/core/link/codec';
import { linkProtocol, type NodeMessage, type ServerMessage } from '@orch/core/link/messages';
import test from 'ava';
import { WebSocketServer } from 'ws';
import { fakeNode } from '../testing/fake-node.ts';
import { jobJson, makeNode } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';
import { turns } from '../testing/virtual-clock.ts';
import { websocketConnection } from './websocket-connection.ts';

/** The API has no path for a link: what a listener of nodes will do with a socket, the test does. */
async function dial(rig: Rig) {
  const listener = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => listener.once('listening', resolve));
  listener.once('connection', (opened) => {
    rig.server.acceptNode(websocketConnection(opened));
    listener.close();
  });
  const { port } = listener.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.binaryType = 'arraybuffer';
  const received: ServerMessage[] = [];
  const closed = Promise.withResolvers<string>();
  socket.addEventListener('message', (event) =>
    received.push(decodeMessage<ServerMessage>(new Uint8Array(event.data as ArrayBuffer))),
  );
  socket.addEventListener('close', (event) => closed.resolve(event.reason));
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const send = (message: NodeMessage) => socket.send(encodeMessage(message) as Uint8Array<ArrayBuffer>);
  return { socket, received, send, closed: closed.promise };
}

const hello = (id: string): NodeMessage => ({
  type: 'hello',
  protocol: linkProtocol,
  node: makeNode(id),
  secret: 's',
  known: {},
});

test('a node over a WebSocket is welcomed, told what to run and acknowledged when its report is durable', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const link = await dial(rig);
  link.send(hello('n1'));
  await rig.until('ready', () => rig.store.snapshot().node('n1')?.status === 'ready');
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  const desired = () => link.received.filter((message) => message.type === 'desired').at(-1);
  await rig.until('told', () => (desired()?.allocations.length ?? 0) === 1);
  const id = desired()?.allocations[0]?.id ?? '';
  t.is(desired()?.jobs[0]?.jobId, 'web');
  const update = { id, clientStatus: 'running', clientDescription: '', taskStates: {}, atMs: rig.clock.now() } as const;
  link.send({ type: 'status', sequence: 1, updates: [update] });
  await rig.until('acknowledged', () => link.received.some((message) => message.type === 'status-ack'));
  t.is(rig.store.snapshot().allocation(id)?.clientStatus, 'running');
  t.is(link.received[0]?.type, 'welcome');
  link.socket.close();
});

test('a job version is sent once per connection, and own reports are not pushed back', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { group: { Update: { MaxParallel: 0 } } }) });
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  const messages = node.received.filter((message) => message.type === 'desired');
  t.is(messages.flatMap((message) => message.jobs).length, 1);
  t.is(messages.flatMap((message) => message.allocations).length, 1);
});

test('a job of the name of a purged and forgotten one is sent anew, though its versions count from 0 again', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { command: '/bin/first' }) });
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  await rig.call('DELETE', '/v1/job/web?purge=true');
  await rig.until('ended', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'complete');
  await rig.until('dead', () => [...rig.store.snapshot().evaluations()].every(({ status }) => status === 'complete'));
  await rig.call('PUT', '/v1/system/gc');
  t.is([...rig.store.snapshot().allocations()].length, 0);
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { command: '/bin/second' }) });
  await rig.until('told', () => node.desired.size === 1);
  t.is(node.jobs.get('web@0')?.taskGroups[0]?.tasks[0]?.config['command'], '/bin/second');
});

test('an older link of the same node ends when it opens another', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const first = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.until('ready', () => rig.store.snapshot().node('n1')?.status === 'ready');
  const second = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.until('replaced', () => first.closed !== undefined);
  t.regex(first.closed ?? '', /another link/);
  t.is(second.closed, undefined);
});

test('a server that closes while a node is being greeted closes its link too', async (t) => {
  const commit = Promise.withResolvers<void>();
  const rig = await startRig({ delay: () => commit.promise });
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.until('welcome', () => node.received.some((message) => message.type === 'welcome'));
  const closed = rig.close();
  commit.resolve();
  await closed;
  await turns(5);
  t.regex(node.closed ?? '', /closing/);
});

test('other protocols, silence and nonsense are refused', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const old = fakeNode(rig.server, makeNode('n1'), { protocol: 99, now: rig.clock.now });
  await rig.until('refused', () => old.closed !== undefined);
  t.true(old.received.some((message) => message.type === 'refused' && message.code === 'link-protocol'));
  const nonsense = await dial(rig);
  nonsense.socket.send('text');
  t.regex(await nonsense.closed, /binary/);
  const silent = await dial(rig);
  await rig.clock.advance(10_000);
  await silent.closed;
  t.true(silent.received.some((message) => message.type === 'refused' && message.code === 'no-hello'));
});

test('what a node reports while the journal has no room waits, its link stays, and it is kept when there is room', async (t) => {
  let isFull = false;
  const rig = await startRig({ fate: () => (isFull ? 'full' : 'ok') });
  t.teardown(rig.close);
  const link = await dial(rig);
  link.send(hello('n1'));
  await rig.until('ready', () => rig.store.snapshot().node('n1')?.status === 'ready');
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  const desired = () => link.received.filter((message) => message.type === 'desired').at(-1);
  await rig.until('told', () => (desired()?.allocations.length ?? 0) === 1);
  const id = desired()?.allocations[0]?.id ?? '';
  const update = { id, clientStatus: 'running', clientDescription: '', taskStates: {}, atMs: rig.clock.now() } as const;
  isFull = true;
  link.send({ type: 'status', sequence: 1, updates: [update] });
  const node = makeNode('n1');
  link.send({ type: 'node', node: { ...node, attributes: { ...node.attributes, changed: 'yes' } } });
  await turns(50);
  await rig.clock.advance(3_000);
  t.is(link.socket.readyState, WebSocket.OPEN);
  t.false(link.received.some((message) => message.type === 'status-ack'));

  // A node that is known is served also when it comes anew.
  const other = await dial(rig);
  other.send(hello('n1'));
  await rig.until('told anew', () => other.received.some((message) => message.type === 'desired'));
  other.send({ type: 'status', sequence: 1, updates: [update] });
  await turns(50);
  isFull = false;
  await rig.clock.advance(3_000);
  await rig.until('acknowledged', () => other.received.some((message) => message.type === 'status-ack'));
  t.is(rig.store.snapshot().allocation(id)?.clientStatus, 'running');
  other.socket.close();
});
