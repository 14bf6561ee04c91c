import test from 'ava';
import { interpolateDns, interpolateHostname, interpolateNetwork } from './interpolate-network.ts';

const becomes = (value: string) => (text: string) => text.replace('${X}', value);

test('a network without references stays as it is', (t) => {
  const network = { mode: 'bridge', hostname: 'h', dns: { servers: ['1.1.1.1'], searches: [], options: [] } };
  t.deepEqual(interpolateNetwork(network, becomes('x')), network);
  t.deepEqual(interpolateNetwork({ mode: 'host' }, becomes('x')), { mode: 'host' });
});

test('a host name stays a host name whatever its references become', (t) => {
  for (const value of ['web', 'web-1', 'a.b.c', 'A_b', 'x'.repeat(62)]) {
    t.is(interpolateHostname('h${X}', becomes(value)), `h${value}`);
  }
  t.is(interpolateHostname('${LATER}', becomes('')), '${LATER}', 'its task may know it');
  for (const value of ['a b', 'a\n127.0.0.1 bank', '', '-x', 'x..y', 'x;reboot', 'x'.repeat(65), 'é']) {
    t.throws(() => interpolateHostname('${X}', becomes(value)), { code: 'network-invalid' }, JSON.stringify(value));
  }
});

test('name servers, searches and options stay one word each', (t) => {
  const dns = { servers: ['${X}'], searches: ['${X}.internal'], options: ['ndots:${X}'] };
  t.deepEqual(interpolateDns(dns, becomes('1')), { servers: ['1'], searches: ['1.internal'], options: ['ndots:1'] });
  for (const value of ['1\nnameserver 6.6.6.6', 'a b', '\t', '\0']) {
    t.throws(() => interpolateDns(dns, becomes(value)), { code: 'network-invalid' }, JSON.stringify(value));
  }
});
