import test from 'ava';
import { planFirewallSweep, planNatSweep, ruleMark } from './rule-sweep.ts';

const saved = `*nat
:POSTROUTING ACCEPT [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-DN-0123456789abcdef01234 - [0:0]
:CNI-a52da792abe8095994b5ef65 - [0:0]
:CNI-b52da792abe8095994b5ef65 - [0:0]
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 10.249.0.2/32 -m comment --comment "name: \\"orch\\" id: \\"dead\\"" -j CNI-a52da792abe8095994b5ef65
-A POSTROUTING -s 10.249.0.3/32 -m comment --comment "name: \\"orch\\" id: \\"live\\"" -j CNI-b52da792abe8095994b5ef65
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"orch\\" id: \\"dead\\"" -m multiport --dports 80 -j CNI-DN-0123456789abcdef01234
-A CNI-a52da792abe8095994b5ef65 -d 10.249.0.0/24 -m comment --comment "name: \\"orch\\" id: \\"dead\\"" -j ACCEPT
-A CNI-b52da792abe8095994b5ef65 -d 10.249.0.0/24 -m comment --comment "name: \\"orch\\" id: \\"live\\"" -j ACCEPT
COMMIT
`;

test('planNatSweep removes rules and chains of stale containers only', (t) => {
  t.is(
    planNatSweep(saved, (mark) => mark.containerId === 'dead'),
    `*nat
-D POSTROUTING -s 10.249.0.2/32 -m comment --comment "name: \\"orch\\" id: \\"dead\\"" -j CNI-a52da792abe8095994b5ef65
-D CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"orch\\" id: \\"dead\\"" -m multiport --dports 80 -j CNI-DN-0123456789abcdef01234
-F CNI-a52da792abe8095994b5ef65
-F CNI-DN-0123456789abcdef01234
-X CNI-a52da792abe8095994b5ef65
-X CNI-DN-0123456789abcdef01234
COMMIT
`,
  );
  t.is(
    planNatSweep(saved, () => false),
    undefined,
  );
});

test('ruleMark reads the comment that plugins write', (t) => {
  t.deepEqual(ruleMark('-A X -m comment --comment "name: \\"net\\" id: \\"c-1\\"" -j Y'), {
    network: 'net',
    containerId: 'c-1',
  });
  t.is(ruleMark('-A X -m comment --comment "something else" -j Y'), undefined);
});

test('planFirewallSweep removes what was accepted for stale addresses', (t) => {
  const filter = `*filter
-A CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j ORCH-ADMIN
-A CNI-FORWARD -d 10.249.0.2/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A CNI-FORWARD -s 10.249.0.2/32 -j ACCEPT
-A CNI-FORWARD -s 10.249.0.3/32 -j ACCEPT
COMMIT
`;
  t.is(
    planFirewallSweep(filter, (address) => address === '10.249.0.2'),
    `*filter
-D CNI-FORWARD -d 10.249.0.2/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-D CNI-FORWARD -s 10.249.0.2/32 -j ACCEPT
COMMIT
`,
  );
  t.is(
    planFirewallSweep(filter, () => false),
    undefined,
  );
});
