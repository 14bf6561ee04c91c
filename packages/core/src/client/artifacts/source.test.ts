import test from 'ava';
import type { Artifact } from '../../model/task.ts';
import { planArtifact } from './source.ts';

const artifact = (source: string, changes: Partial<Artifact> = {}): Artifact => ({
  source,
  mode: 'any',
  destination: 'local/',
  options: {},
  headers: {},
  insecure: false,
  chown: false,
  ...changes,
});

test('planArtifact reads kind, archive and file name from the source', (t) => {
  t.like(planArtifact(artifact('https://host/a/app.tgz?x=1')), { archive: 'tar.gz', fileName: 'app.tgz' });
  t.like(planArtifact(artifact('/srv/app.jar')), { source: { kind: 'file', path: '/srv/app.jar' }, archive: 'none' });
  t.like(planArtifact(artifact('file:///srv/a%20b.tar')), {
    source: { kind: 'file', path: '/srv/a b.tar' },
    archive: 'tar',
  });
  t.is(planArtifact(artifact('http://host/app.tar', { mode: 'file' })).archive, 'none');
  t.is(planArtifact(artifact('http://host/app.zip', { options: { archive: 'false' } })).archive, 'none');
});

test('planArtifact takes the checksum from options or the query, and the query loses it', (t) => {
  const hex = 'a'.repeat(64);
  t.deepEqual(planArtifact(artifact('http://host/x', { options: { checksum: `sha256:${hex}` } })).checksum, {
    algorithm: 'sha256',
    hex,
  });
  const plan = planArtifact(artifact(`http://host/x?checksum=sha256:${hex}&keep=1`));
  t.deepEqual(plan.checksum, { algorithm: 'sha256', hex });
  t.deepEqual(plan.source, { kind: 'http', url: 'http://host/x?keep=1' });
});

test('planArtifact refuses by name what it cannot do', (t) => {
  const cases: [Artifact, RegExp][] = [
    [artifact('git::https://host/repo'), /kind "git" are not supported/],
    [artifact('s3::https://host/bucket'), /kind "s3" are not supported/],
    [artifact('http://host/app.zip'), /kind "zip" are not supported/],
    [artifact('http://host/app.tar.xz'), /kind "tar.xz" are not supported/],
    [artifact('http://host/app', { mode: 'dir' }), /needs an archive/],
    [artifact('http://host/app', { insecure: true }), /insecure = true is not supported/],
    [artifact('http://host/app', { options: { sshkey: 'x' } }), /option "sshkey" is not supported/],
    [artifact('http://host/app', { options: { checksum: 'sha256:12' } }), /64 hexadecimal digits/],
    [artifact('http://host/app', { options: { checksum: 'crc32:12345678' } }), /checksum kind "crc32"/],
    [artifact('relative/app'), /names no way to fetch it/],
  ];
  for (const [wrong, message] of cases) t.throws(() => planArtifact(wrong), { message }, wrong.source);
});
