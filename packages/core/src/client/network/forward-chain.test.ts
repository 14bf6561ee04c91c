import test from 'ava';
import { planFirewallRemoval, planForwardChain } from './forward-chain.ts';
import { networkNames } from './names.ts';
import type { PublishedAllocation } from './published-state.ts';

const names = networkNames('orch');
const published: PublishedAllocation[] = [
  {
    allocationId: 'a',
    mappings: [{ label: 'http', hostIp: 'any', hostPort: 8080, toIp: '10.1.0.5', toPort: 80, masquerade: false }],
    routes: [{ device: 'orch0', subnet: '10.1.0.0/24' }],
  },
];
const docker = `*filter
:FORWARD DROP [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A DOCKER-USER -j RETURN
COMMIT
`;
const rules = [
  '-A ORCH-FORWARD -d 10.1.0.0/24 -o orch0 -m conntrack --ctstate DNAT -j ACCEPT',
  '-A ORCH-FORWARD -s 10.1.0.0/24 -i orch0 -m conntrack --ctstate DNAT --ctdir REPLY -j ACCEPT',
].join('\n');
const jump = '-A DOCKER-USER -m comment --comment "orch published ports" -j ORCH-FORWARD';

test('the first published port makes the chain and one jump in DOCKER-USER', (t) => {
  t.is(
    planForwardChain(docker, published, names),
    `*filter\n:ORCH-FORWARD - [0:0]\n${rules}\n-I DOCKER-USER 1 -m comment --comment "orch published ports" -j ORCH-FORWARD\nCOMMIT\n`,
  );
});

const right = `*filter
:FORWARD DROP [0:0]
:DOCKER-USER - [0:0]
:ORCH-FORWARD - [0:0]
-A FORWARD -j DOCKER-USER
${jump}
-A DOCKER-USER -j RETURN
${rules}
COMMIT
`;

test('nothing is written when all is in place', (t) => {
  t.is(planForwardChain(right, published, names), undefined);
});

test('a jump that moved behind others, is doubled or stands elsewhere is put right', (t) => {
  const insert = '-I DOCKER-USER 1 -m comment --comment "orch published ports" -j ORCH-FORWARD';
  const moved = right.replace(`${jump}\n-A DOCKER-USER -j RETURN`, `-A DOCKER-USER -j RETURN\n${jump}`);
  const doubled = right.replace(jump, `${jump}\n${jump}`);
  for (const saved of [moved, doubled]) {
    const plan = planForwardChain(saved, published, names) ?? '';
    const removals = plan.match(/^-D DOCKER-USER .*ORCH-FORWARD$/gm)?.length;
    t.is(removals, saved === moved ? 1 : 2);
    t.true(plan.includes(`\n${insert}\n`));
  }
});

test('without Docker the jump stands in the chain of the firewall plugin, and without both nothing is needed', (t) => {
  const saved = '*filter\n:FORWARD ACCEPT [0:0]\n:ORCH-ADMIN - [0:0]\nCOMMIT\n';
  t.true(planForwardChain(saved, published, names)?.includes('-I ORCH-ADMIN 1 '));
  t.is(planForwardChain('*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n', published, names), undefined);
});

test('the last published port takes chain and jump away', (t) => {
  const plan = `*filter\n${jump.replace('-A', '-D')}\n-F ORCH-FORWARD\n-X ORCH-FORWARD\nCOMMIT\n`;
  t.is(planForwardChain(right, [], names), plan);
  t.is(planForwardChain(docker, [], names), undefined);
});

const scaffold = `*filter
:FORWARD DROP [0:0]
:CNI-FORWARD - [0:0]
:ORCH-ADMIN - [0:0]
-A FORWARD -m comment --comment "CNI firewall plugin rules" -j CNI-FORWARD
-A CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j ORCH-ADMIN
COMMIT
`;

test('the chains of the firewall plugin go when they are empty and were not there before', (t) => {
  t.is(
    planFirewallRemoval(scaffold, names, { keepCniForward: false }),
    `*filter
-D CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j ORCH-ADMIN
-X ORCH-ADMIN
-D FORWARD -m comment --comment "CNI firewall plugin rules" -j CNI-FORWARD
-X CNI-FORWARD
COMMIT
`,
  );
});

test('the chains of the firewall plugin stay as far as others use them', (t) => {
  const kept = planFirewallRemoval(scaffold, names, { keepCniForward: true }) ?? '';
  t.true(kept.includes('-X ORCH-ADMIN'));
  t.false(kept.includes('-X CNI-FORWARD'));
  const shared = scaffold.replace('COMMIT', '-A CNI-FORWARD -s 10.9.0.2/32 -j ACCEPT\nCOMMIT');
  t.false(planFirewallRemoval(shared, names, { keepCniForward: false })?.includes('-X CNI-FORWARD'));
  const ruled = scaffold.replace('COMMIT', '-A ORCH-ADMIN -s 10.9.0.2/32 -j DROP\nCOMMIT');
  t.is(planFirewallRemoval(ruled, names, { keepCniForward: false }), undefined, "the administrator's own rules");
  t.is(planFirewallRemoval(docker, names, { keepCniForward: false }), undefined);
});
