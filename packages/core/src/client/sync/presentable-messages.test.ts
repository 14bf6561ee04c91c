import test from 'ava';
import { connectionPair } from '../../link/connection.ts';
import type { NodeMessage, ServerMessage } from '../../link/messages.ts';
import type { AllocationUpdate } from '../../model/allocation.ts';
import type { Node } from '../../model/node.ts';
import { presentableConnection } from './presentable-messages.ts';

const host = '/srv/a b/orch';
const said = `${host}/allocations/a1/web/local/x: EIO: i/o error, open '${host}/x'; see https://u:p@h/x?s3cret`;
const told = 'web/local/x: EIO: i/o error, open; see https://h/x?…';

const update: AllocationUpdate = {
  id: 'a1',
  clientStatus: 'failed',
  clientDescription: said,
  taskStates: {
    web: {
      state: 'dead',
      failed: true,
      restarts: 0,
      events: [{ type: 'Driver Failure', atMs: 1, message: said, details: { reason: said } }],
    },
  },
  atMs: 1,
};
const node = {
  id: 'n1',
  statusDescription: said,
  drivers: { docker: { detected: true, healthy: false, description: said, attributes: {} } },
  attributes: { 'unique.storage.volume': '/dev/sda1' },
} as unknown as Node;

const messages: readonly NodeMessage[] = [
  { type: 'hello', protocol: 1, node, secret: 's', known: {} },
  { type: 'node', node },
  { type: 'status', sequence: 1, updates: [update] },
  { type: 'error', stream: 1, code: 'x', message: said, hint: said },
];

test('no word of a node about the host or about secrets of URLs goes over its link', async (t) => {
  const [nodeEnd, serverEnd] = connectionPair<NodeMessage, ServerMessage>((run) => queueMicrotask(run));
  const received: NodeMessage[] = [];
  serverEnd.onMessage((message) => received.push(message));
  const connection = presentableConnection(nodeEnd, { [host]: '<data>' });
  for (const message of messages) connection.send(message);
  await new Promise((resolve) => setImmediate(resolve));
  t.is(received.length, messages.length);
  for (const message of received) {
    const text = JSON.stringify(message);
    t.false(text.includes(host) || text.includes('s3cret') || text.includes('u:p'), text);
    t.true(text.includes(told), text);
  }
  t.like(received[1], { node: { attributes: { 'unique.storage.volume': '/dev/sda1' } } }, 'facts stay');
});
