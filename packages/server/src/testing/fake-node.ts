// A node as the server sees it, without an engine: it takes what is desired and reports what the test says.

import { connectionPair } from '@orch/core/link/connection';
import { linkProtocol, type NodeMessage, type ServerMessage } from '@orch/core/link/messages';
import { type ServedStream, type ServeMux, serveMux } from '@orch/core/link/mux';
import type { Allocation, AllocationUpdate, ClientStatus } from '@orch/core/model/allocation';
import type { Job } from '@orch/core/model/job';
import type { Node } from '@orch/core/model/node';
import type { Server } from '../server.ts';

export interface FakeNode {
  readonly id: string;
  readonly received: readonly ServerMessage[];
  /** What the server wants here, newest state of each allocation. */
  readonly desired: ReadonlyMap<string, Allocation>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly closed: string | undefined;
  send(message: NodeMessage): void;
  report(allocationId: string, status: ClientStatus, more?: Partial<AllocationUpdate>): void;
  disconnect(): void;
}

export interface FakeNodeOptions {
  readonly secret?: string;
  readonly protocol?: number;
  readonly known?: Readonly<Record<string, number>>;
  readonly now?: () => number;
  /** Reports `running` for whatever should run, `complete` for whatever should stop. @default true */
  readonly obedient?: boolean;
  /** With the health verdict of a deployment. @default false */
  readonly healthy?: boolean;
  readonly handle?: (stream: ServedStream) => Promise<unknown>;
}

export function fakeNode(server: Pick<Server, 'acceptNode'>, node: Node, options: FakeNodeOptions = {}): FakeNode {
  const [own, theirs] = connectionPair<NodeMessage, ServerMessage>((run) => setImmediate(run));
  const received: ServerMessage[] = [];
  const desired = new Map<string, Allocation>();
  const jobs = new Map<string, Job>();
  const reported = new Map<string, string>();
  let sequence = 0;
  let closed: string | undefined;
  const mux: ServeMux = serveMux(
    (message) => own.send(message),
    options.handle ?? (() => Promise.reject(new Error('this node answers nothing'))),
  );
  const report: FakeNode['report'] = (id, clientStatus, more = {}) => {
    sequence += 1;
    const atMs = options.now?.() ?? Date.now();
    const update = { id, clientStatus, clientDescription: '', taskStates: {}, atMs, ...more };
    own.send({ type: 'status', sequence, updates: [update] });
  };
  const obey = (allocation: Allocation) => {
    const wanted = allocation.desiredStatus === 'run' ? 'running' : 'complete';
    if (options.obedient === false || reported.get(allocation.id) === wanted) return;
    reported.set(allocation.id, wanted);
    const verdict = options.healthy && wanted === 'running' ? { healthy: true } : {};
    report(allocation.id, wanted, verdict);
  };
  own.onClose((reason) => {
    closed = reason;
    mux.close(reason);
  });
  own.onMessage((message) => {
    received.push(message);
    if (message.type === 'desired') {
      for (const { jobId, version, job } of message.jobs) jobs.set(`${jobId}@${version}`, job);
      for (const id of message.removed) desired.delete(id);
      for (const allocation of message.allocations) {
        desired.set(allocation.id, allocation);
        obey(allocation);
      }
    } else if (message.type !== 'welcome' && message.type !== 'refused' && message.type !== 'status-ack') {
      mux.accept(message);
    }
  });
  server.acceptNode(theirs);
  const { secret = `secret of ${node.id}`, protocol = linkProtocol, known = {} } = options;
  own.send({ type: 'hello', protocol, node, secret, known });
  return {
    id: node.id,
    received,
    desired,
    jobs,
    get closed() {
      return closed;
    },
    send: (message) => own.send(message),
    report,
    disconnect: () => own.close('the test pulled the cable'),
  };
}
