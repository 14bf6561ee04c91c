// A Linux kernel for the demonstration VM: Debian's cloud kernel package, unpacked into the cache, never installed.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

export interface DemoKernel {
  readonly image: string;
  /** `lib/modules/<version>` of the package. */
  readonly modules: string;
}

/** The kernel in `cacheDir`, if it was unpacked before. */
export function cachedKernel(cacheDir: string): DemoKernel | undefined {
  const root = join(cacheDir, 'kernel');
  if (!existsSync(join(root, 'boot'))) return undefined;
  const image = readdirSync(join(root, 'boot')).find((name) => name.startsWith('vmlinuz-'));
  if (image === undefined) return undefined;
  const version = image.slice('vmlinuz-'.length);
  const modules = [join(root, 'lib/modules', version), join(root, 'usr/lib/modules', version)].find((path) =>
    existsSync(path),
  );
  return modules === undefined ? undefined : { image: join(root, 'boot', image), modules };
}

/** Downloads and unpacks the newest cloud kernel package. @throws when the package cannot be had. */
export async function fetchKernel(cacheDir: string): Promise<DemoKernel> {
  const found = cachedKernel(cacheDir);
  if (found !== undefined) return found;
  const work = join(cacheDir, 'kernel.partial');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const depends = await execa('apt-cache', ['depends', 'linux-image-cloud-amd64']);
  const name = /Depends:\s+(linux-image-[0-9][^\s]*)/.exec(depends.stdout)?.[1];
  if (name === undefined)
    throw new Error('apt-cache knows no kernel behind linux-image-cloud-amd64; run apt-get update');
  await execa('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', name], { cwd: work });
  const file = readdirSync(work).find((entry) => entry.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt-get download ${name} left no package file`);
  await execa('dpkg-deb', ['-x', join(work, file), join(work, 'root')]);
  rmSync(join(cacheDir, 'kernel'), { recursive: true, force: true });
  renameSync(join(work, 'root'), join(cacheDir, 'kernel'));
  rmSync(work, { recursive: true, force: true });
  const kernel = cachedKernel(cacheDir);
  if (kernel === undefined) throw new Error(`package ${name} holds no boot/vmlinuz-* with its modules`);
  return kernel;
}
