// Jobs that ask for very much: what they cost grows with what they ask, not with a product of it.

import test from 'ava';
import { assignPorts } from '../ports/assign-ports.ts';
import { makeGroup, makeNode, makePort, oneGroup } from '../testing/fixtures.ts';
import { memoryCluster, snapshotOf } from '../testing/memory-cluster.ts';
import { compileAsk } from './ask.ts';

test('compileAsk compiles the constraints and affinities of a job once for all of its groups', (t) => {
  const constraint = { attribute: '${attr.kernel.name}', operator: 'regexp', value: 'lin.x' } as const;
  const affinities = [{ ...constraint, weight: 50 }];
  const job = oneGroup({}, { id: 'wide', constraints: [constraint], affinities });
  const asks = ['a', 'b'].map((name) => compileAsk(job, makeGroup({ name, constraints: [constraint] }), false));
  const [one, other] = asks;
  t.is(one?.constraints.length, 2);
  t.is(one?.constraints[0], other?.constraints[0]);
  t.not(one?.constraints[1], other?.constraints[1]);
  t.is(one?.affinities[0], other?.affinities[0]);
  const changed = compileAsk({ ...job, constraints: [{ ...constraint, value: 'win' }] }, makeGroup(), false);
  t.is(changed.constraints[0]?.constraint.value, 'win');
});

test('assignPorts gives one instance nearly all ports of a node, each once', (t) => {
  const node = makeNode('a');
  const cluster = memoryCluster([node]);
  const range = node.resources.dynamicPortMax - node.resources.dynamicPortMin + 1;
  const dynamic = Array.from({ length: range - 1 }, (_, index) => makePort({ label: `p${index}` }));
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const ports = assignPorts(snapshotOf(cluster), node, undefined, { fixed: [], dynamic }, random) ?? [];
  t.is(new Set(ports.map((port) => port.value)).size, range - 1);
});
