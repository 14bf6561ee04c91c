import test from 'ava';
import fc from 'fast-check';
import { formatIpv4 } from './ip-address.ts';
import { renderNoTable, renderTable } from './nft-table.ts';
import type { PublishedAllocation } from './published-state.ts';

const one: PublishedAllocation = {
  allocationId: 'a',
  mappings: [
    { label: 'http', hostIp: '192.0.2.2', hostPort: 8080, toIp: '10.1.0.5', toPort: 80, masquerade: false },
    { label: 'any', hostIp: 'any', hostPort: 9090, toIp: '10.1.0.5', toPort: 90, masquerade: false },
  ],
  routes: [{ device: 'orch0', subnet: '10.1.0.0/24' }],
};

test('renderTable gives the whole table of one allocation', (t) => {
  t.is(
    renderTable('orch', [one]),
    `table inet orch {}
delete table inet orch
table inet orch {
	comment "Owned by orch, written anew at each change: edits are lost."
	map ip_ports {
		type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
		elements = {
			192.0.2.2 . tcp . 8080 : 10.1.0.5 . 80,
			192.0.2.2 . udp . 8080 : 10.1.0.5 . 80,
			127.0.0.1 . tcp . 8080 : 10.1.0.5 . 80,
			127.0.0.1 . udp . 8080 : 10.1.0.5 . 80
		}
	}
	map ip_any_ports {
		type inet_proto . inet_service : ipv4_addr . inet_service
		elements = {
			tcp . 9090 : 10.1.0.5 . 90,
			udp . 9090 : 10.1.0.5 . 90
		}
	}
	set ip_networks {
		type ipv4_addr
		flags interval
		auto-merge
		elements = { 10.1.0.0/24 }
	}
	chain publish {
		dnat ip to ip daddr . meta l4proto . th dport map @ip_ports
		meta nfproto ipv4 fib daddr type local dnat ip to meta l4proto . th dport map @ip_any_ports
	}
	chain prerouting {
		type nat hook prerouting priority -101; policy accept;
		meta l4proto { tcp, udp } jump publish
	}
	chain output {
		type nat hook output priority -101; policy accept;
		meta l4proto { tcp, udp } jump publish
	}
	chain postrouting {
		type nat hook postrouting priority 99; policy accept;
		ct status dnat ip saddr @ip_networks ip daddr @ip_networks masquerade
		ct status dnat ip saddr 127.0.0.0/8 ip daddr @ip_networks masquerade
	}
	chain guard {
		type filter hook prerouting priority -300; policy accept;
		iifname { "orch0" } ip daddr 127.0.0.0/8 drop
	}
}
`,
  );
});

test('renderTable serves IPv6 by maps of its own and without loopback', (t) => {
  const text = renderTable('orch', [
    {
      allocationId: 'a',
      mappings: [{ label: 'x', hostIp: '2001:db8::1', hostPort: 80, toIp: 'fd00::5', toPort: 8080, masquerade: true }],
      routes: [{ device: 'br', subnet: 'fd00::5/64' }],
    },
  ]);
  t.true(text.includes('2001:db8::1 . tcp . 80 : fd00::5 . 8080'));
  t.true(text.includes('dnat ip6 to ip6 daddr . meta l4proto . th dport map @ip6_ports'));
  t.true(text.includes('ct status dnat ip6 daddr @ip6_astray masquerade'));
  t.false(text.includes('127.0.0.1 .'));
});

test('a port asked for on 127.0.0.1 itself goes before one that is there by courtesy', (t) => {
  const mapping = { label: 'x', hostPort: 80, toPort: 80, masquerade: false };
  const text = renderTable('orch', [
    { allocationId: 'a', mappings: [{ ...mapping, hostIp: '192.0.2.2', toIp: '10.1.0.2' }], routes: [] },
    { allocationId: 'b', mappings: [{ ...mapping, hostIp: '127.0.0.1', toIp: '10.1.0.3' }], routes: [] },
  ]);
  t.true(text.includes('127.0.0.1 . tcp . 80 : 10.1.0.3 . 80'));
  t.false(text.includes('127.0.0.1 . tcp . 80 : 10.1.0.2 . 80'));
});

const ipv4 = fc.nat({ max: 0xffffffff }).map((value) => formatIpv4(value >>> 0));
const port = fc.integer({ min: 1, max: 65535 });
const allocation = fc.record({
  allocationId: fc.uuid(),
  mappings: fc.array(
    fc.record({
      label: fc.constant('x'),
      hostIp: fc.oneof(fc.constant<'any'>('any'), ipv4),
      hostPort: port,
      toIp: ipv4,
      toPort: port,
      masquerade: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  routes: fc.array(
    fc.record({ device: fc.constantFrom('orch0', 'br1'), subnet: ipv4.map((address) => `${address}/24`) }),
    { maxLength: 2 },
  ),
});

test('renderTable does not depend on the order of allocations and never gives a key twice', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(allocation, { maxLength: 8, selector: (one) => one.allocationId }), (allocations) => {
      const text = renderTable('orch', allocations);
      t.is(renderTable('orch', allocations.toReversed()), text);
      for (const map of text.matchAll(/elements = \{\n([^}]*)\}/g)) {
        const keys = (map[1] ?? '')
          .split('\n')
          .map((line) => line.split(' : ')[0]?.trim())
          .filter(Boolean);
        t.is(new Set(keys).size, keys.length);
      }
      for (const { mappings } of allocations) {
        for (const { hostIp, hostPort } of mappings) {
          const key = hostIp === 'any' ? `\ttcp . ${hostPort} : ` : `${hostIp} . udp . ${hostPort} : `;
          t.true(text.includes(key), 'every mapping is there');
        }
      }
      t.is((text.match(/\{/g) ?? []).length, (text.match(/\}/g) ?? []).length);
    }),
    { numRuns: 60 },
  );
});

test('renderNoTable is a table made and removed, so that it may be missing', (t) => {
  t.is(renderNoTable('orch'), 'table inet orch {}\ndelete table inet orch\n');
});
