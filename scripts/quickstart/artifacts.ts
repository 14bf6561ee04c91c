// Makes what the main job runs, from what is on this machine: image, jar, VM, binary. No registry is asked.

import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { DemoKernel } from '../setup/kernel.ts';
import { findCommand } from '../setup/needs.ts';
import { root } from '../setup/setup.ts';
import { writeInitramfs } from './initramfs.ts';

export const demoImage = 'orch-demo:local';
const sources = join(root, 'examples/demo');

export interface Artifacts {
  readonly dir: string;
  /** The image was not there before: whoever made it removes it. */
  readonly madeImage: boolean;
}

export async function makeArtifacts(cacheDir: string, kernel: DemoKernel): Promise<Artifacts> {
  const dir = join(cacheDir, 'demo');
  mkdirSync(dir, { recursive: true });
  const busybox = findCommand('/bin/busybox') ?? findCommand('/usr/bin/busybox');
  if (busybox === undefined) throw new Error('busybox is missing; install busybox-static');
  for (const [from, to, mode] of [
    [busybox, 'busybox', 0o755],
    [join(sources, 'serve.sh'), 'serve.sh', 0o755],
    [join(sources, 'sibling.sh'), 'sibling.sh', 0o755],
    [kernel.image, 'vmlinuz', 0o644],
  ] as const) {
    copyFileSync(from, join(dir, to));
    chmodSync(join(dir, to), mode);
  }
  await makeJar(dir);
  writeInitramfs({
    busybox,
    modules: kernel.modules,
    init: join(sources, 'vm-init.sh'),
    files: { 'serve.sh': join(sources, 'serve.sh'), 'sibling.sh': join(sources, 'sibling.sh') },
    target: join(dir, 'initrd.img'),
  });
  return { dir, madeImage: await makeImage(busybox) };
}

async function makeJar(dir: string): Promise<void> {
  const jar = join(dir, 'app.jar');
  const source = join(sources, 'Hello.java');
  if (existsSync(jar) && statSync(jar).mtimeMs > statSync(source).mtimeMs) return;
  const work = mkdtempSync(join(tmpdir(), 'orch-jar-'));
  try {
    await execa('javac', ['-d', work, source]);
    await execa('jar', ['--create', '--file', jar, '--main-class', 'Hello', '-C', work, '.']);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** An image of busybox and its applets, imported into the engine. */
async function makeImage(busybox: string): Promise<boolean> {
  const present = await execa('docker', ['image', 'inspect', demoImage], { reject: false });
  if (present.exitCode === 0) return false;
  const work = mkdtempSync(join(tmpdir(), 'orch-image-'));
  try {
    for (const path of ['bin', 'tmp', 'etc', 'var', 'dev', 'proc', 'sys']) mkdirSync(join(work, path));
    chmodSync(join(work, 'tmp'), 0o1777);
    copyFileSync(busybox, join(work, 'bin/busybox'));
    chmodSync(join(work, 'bin/busybox'), 0o755);
    for (const applet of [
      'sh',
      'sleep',
      'wget',
      'cat',
      'ls',
      'ip',
      'mkdir',
      'echo',
      'env',
      'id',
      'ps',
      'kill',
      'stty',
      'true',
      'false',
    ])
      symlinkSync('busybox', join(work, 'bin', applet));
    const tar = join(work, '..', `${work.split('/').pop()}.tar`);
    await execa('tar', ['-C', work, '-cf', tar, '.']);
    await execa('docker', ['import', '--change', 'ENV PATH=/bin', tar, demoImage]);
    rmSync(tar, { force: true });
    return true;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
