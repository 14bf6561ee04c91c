import test from 'ava';
import {
  hasPiece,
  ISOLATION_PIECES,
  isolationAttributes,
  isolationPieces,
  mendOf,
  missingPieces,
} from './isolation-pieces.ts';

const unified = { path: '/cg/unified', controllers: ['hugetlb'] };
const all = new Set(['root', 'seccomp', 'device-program', 'keyring', 'cgroup-namespace']);
const hybrid = { unified, legacy: { pids: '/cg/pids', devices: '/cg/devices' } };

test('a machine with everything lacks nothing, and prefers the program of cgroup v2 for devices', (t) => {
  const pieces = isolationPieces({ layout: hybrid, launcher: all, stateDir: 'memory' });
  t.deepEqual(missingPieces(pieces), []);
  t.like(pieces, { devices: 'bpf', pids: 'v1' });
  const v1 = isolationPieces({ layout: hybrid, launcher: all, stateDir: 'memory', deviceControl: 'v1' });
  t.is(v1.devices, 'v1');
  t.deepEqual(isolationAttributes(v1), {
    'isolation.root': 'true',
    'isolation.seccomp': 'true',
    'isolation.devices': 'v1',
    'isolation.pids': 'v1',
    'isolation.keyring': 'true',
    'isolation.cgroup_namespace': 'true',
    'isolation.state_dir': 'memory',
  });
});

test('without programs the v1 hierarchy holds devices, without either nothing does', (t) => {
  const launcher = new Set(['root']);
  t.is(isolationPieces({ layout: hybrid, launcher, stateDir: 'memory' }).devices, 'v1');
  t.is(isolationPieces({ layout: { unified, legacy: {} }, launcher, stateDir: 'memory' }).devices, 'none');
  t.is(isolationPieces({ layout: { legacy: {} }, launcher: all, stateDir: 'memory' }).devices, 'none');
  const v2 = { unified: { ...unified, controllers: ['pids'] }, legacy: {} };
  t.is(isolationPieces({ layout: v2, launcher, stateDir: 'memory' }).pids, 'v2');
});

test('a shell isolates nothing, and each missing piece has a mend', (t) => {
  const pieces = isolationPieces({ layout: { legacy: {} }, stateDir: 'disk' });
  t.deepEqual(missingPieces(pieces), [...ISOLATION_PIECES]);
  for (const name of ISOLATION_PIECES) {
    t.false(hasPiece(pieces, name));
    t.not(mendOf(pieces, name), '');
  }
  t.regex(mendOf(pieces, 'root'), /build the native launcher/);
  const old = isolationPieces({ layout: { legacy: {} }, launcher: new Set(), stateDir: 'disk' });
  t.regex(mendOf(old, 'root'), /Linux 5\.12/);
});
