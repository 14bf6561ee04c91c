// Docker images of programs from Debian's packages, made here because no registry can be asked: the packages and all they
// need, unpacked without being installed, and a program of ours that starts them.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DebianImage {
  /** As job files name it. */
  readonly name: string;
  /** Debian packages; what they depend on comes by itself. */
  readonly packages: readonly string[];
  /** The text of the program that the image runs. */
  readonly entrypoint: string;
}

/** Programs that every script may use. */
const base = ['bash', 'coreutils', 'grep', 'sed'];

/** Makes the image. @throws when there is one of its name, or a package cannot be had */
export function makeDebianImage({ name, packages, entrypoint }: DebianImage): void {
  if (execFileSync('docker', ['image', 'ls', '-q', name], { encoding: 'utf8' }).trim() !== '')
    throw new Error(`there is an image ${name} already; this test would take its name`);
  const work = mkdtempSync(join(tmpdir(), 'orch-image-'));
  try {
    const root = join(work, 'root');
    for (const path of ['bin', 'lib', 'lib64', 'sbin']) {
      mkdirSync(join(root, 'usr', path), { recursive: true });
      symlinkSync(`usr/${path}`, join(root, path));
    }
    for (const path of ['tmp', 'etc']) mkdirSync(join(root, path), { recursive: true });
    const archives = fetchPackages(work, [...base, ...packages]);
    for (const file of readdirSync(archives).filter((entry) => entry.endsWith('.deb')))
      unpack(join(archives, file), root);
    // Its package makes this link only when it is installed.
    if (!existsSync(join(root, 'bin/sh'))) symlinkSync('bash', join(root, 'bin/sh'));
    for (const path of ['doc', 'man', 'locale'])
      rmSync(join(root, 'usr/share', path), { recursive: true, force: true });
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/bash\n');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
    writeFileSync(join(root, 'run.sh'), entrypoint, { mode: 0o755 });
    execFileSync('tar', ['-C', root, '-cf', join(work, 'image.tar'), '.']);
    const changes = ['ENV PATH=/usr/sbin:/usr/bin', 'ENTRYPOINT ["/run.sh"]'].flatMap((line) => ['--change', line]);
    execFileSync('docker', ['import', ...changes, join(work, 'image.tar'), name]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Downloads packages with all they depend on, whatever this machine has installed. Returns their directory. */
function fetchPackages(work: string, packages: readonly string[]): string {
  const status = join(work, 'status');
  const archives = join(work, 'archives');
  writeFileSync(status, '');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const options = [`Dir::State::status=${status}`, `Dir::Cache::archives=${archives}`, 'Debug::NoLocking=1'];
  const fetch = () =>
    execFileSync(
      'apt-get',
      [
        'install',
        '-y',
        '--no-install-recommends',
        '--download-only',
        ...[...options, 'APT::Sandbox::User=root'].flatMap((option) => ['-o', option]),
        ...packages,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  try {
    fetch();
  } catch {
    // The lists of packages may be older than the packages; a second failure is told.
    execFileSync('apt-get', ['update', '-qq']);
    fetch();
  }
  return archives;
}

/** As `dpkg-deb -x`, but through the links from /bin to /usr/bin. */
function unpack(file: string, root: string): void {
  const content = execFileSync('dpkg-deb', ['--fsys-tarfile', file], { maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '--keep-directory-symlink', '-C', root], { input: content });
}
