// Every try of isolation-probe.c, for every capability that a job may keep by default, as nobody and as root, in both pid modes.

import { readNodeIsolation } from '@orch/executor';
import test from 'ava';
import { type Cell, type IsolationRig, makeIsolationRig } from './isolation-rig.ts';
import { EXPECTATIONS, unexpected } from './isolation-table.ts';

/** What a node allows that says nothing. */
const DEFAULT_ALLOWED = readNodeIsolation({}).allowedCapabilities;
let rig: IsolationRig;
test.before(async () => {
  rig = await makeIsolationRig();
});
test.after.always(() => rig?.close());

/** Operators add these, so that they are looked at too; what they open by themselves stands in the table. */
const OFTEN_ADDED = ['net_admin', 'net_raw', 'sys_nice', 'sys_ptrace', 'ipc_lock'];
const SETS: readonly (readonly [name: string, capabilities: readonly string[]])[] = [
  ['without capabilities', []],
  ...[...DEFAULT_ALLOWED, ...OFTEN_ADDED].map((name) => [`with ${name}`, [name]] as const),
  ['with all of the default list', DEFAULT_ALLOWED],
];

test.serial('on the host, as root, every try gets through that can: none is refused for a reason of its own', (t) => {
  const findings = rig.onHost();
  t.deepEqual(
    findings.filter(({ probe }) => EXPECTATIONS[probe] === undefined),
    [],
  );
  for (const [probe, { untried }] of Object.entries(EXPECTATIONS)) {
    const finding = findings.find((one) => one.probe === probe);
    if (untried === undefined) t.true(finding?.open, `${probe}: ${finding?.errno}`);
  }
});

for (const [name, capabilities] of SETS)
  test.serial(`a task of nobody ${name} gets through by nothing, nor does a command inside it`, async (t) => {
    const cell: Cell = { user: 'nobody', capabilities, pidMode: 'private' };
    t.deepEqual(unexpected(await rig.inTask(cell), cell), []);
    t.deepEqual(unexpected(await rig.inSession(cell, 'pipes'), { ...cell, isSession: true }), []);
  });

test.serial('a task of nobody that becomes uid 0 by setuid and setgid gets through by nothing', async (t) => {
  const cell: Cell = { user: 'nobody', capabilities: ['setuid', 'setgid'], pidMode: 'private', becomesRoot: true };
  t.deepEqual(unexpected(await rig.inTask(cell), cell), []);
});

for (const [name, capabilities] of SETS.filter(([, { length }]) => length !== 1))
  test.serial(`a task of root ${name} gets through by nothing, nor does a command inside it`, async (t) => {
    const cell: Cell = { user: 'root', capabilities, pidMode: 'private' };
    t.deepEqual(unexpected(await rig.inTask(cell), cell), []);
    t.deepEqual(unexpected(await rig.inSession(cell, 'pipes'), { ...cell, isSession: true }), []);
  });

for (const user of ['nobody', 'root'] as const)
  test.serial(`a command of ${user} on a terminal gets through by nothing`, async (t) => {
    for (const capabilities of [[], DEFAULT_ALLOWED]) {
      const cell: Cell = { user, capabilities, pidMode: 'private' };
      t.deepEqual(unexpected(await rig.inSession(cell, 'terminal'), { ...cell, isSession: true }), []);
    }
  });

for (const user of ['nobody', 'root'] as const)
  test.serial(`a task of ${user} that sees the host’s processes gets no further than the table says`, async (t) => {
    for (const capabilities of [[], ['kill'], ['dac_override'], DEFAULT_ALLOWED]) {
      const cell: Cell = { user, capabilities, pidMode: 'host' };
      t.deepEqual(unexpected(await rig.inTask(cell), cell), []);
      t.deepEqual(unexpected(await rig.inSession(cell, 'pipes'), { ...cell, isSession: true }), []);
    }
  });
