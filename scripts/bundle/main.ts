// Builds the command line: one ESM file plus a chunk the agent command loads, and oclif's manifest.

import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeManifest } from './manifest.ts';
import { oclifStart } from './oclif-start.ts';
import { freshLauncher } from './own-launcher.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const cli = join(root, 'packages/cli');
const dist = join(cli, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const result = await build({
  entryPoints: {
    orch: join(cli, 'src/main.ts'),
    // The program asks it before it loads the first.
    'compile-cache': join(cli, 'src/compile-cache.ts'),
    // A job file in TypeScript runs in the first, as a thread of its own, and imports the second.
    'job-worker': join(cli, 'src/sources/typescript/job-worker.ts'),
    'job-builder': join(root, 'packages/core/src/jobspec/builder/index.ts'),
    // The embedded journal starts this one as a worker thread, from the directory of the bundle.
    'journal-worker': join(root, 'packages/server/src/journal/embedded/journal-worker.ts'),
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  plugins: [oclifStart],
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  // oclif would pull the TypeScript compiler in; node-pty is native and loaded on first use.
  external: ['typescript', 'ts-node', 'node-pty', 'cpu-features', './crypto/build/Release/sshcrypto.node'],
  banner: {
    js: "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);",
  },
  logLevel: 'warning',
});
// For each architecture what is shipped; for this one rather what was built here.
const native = join(root, 'packages/executor/native');
cpSync(join(native, 'built'), join(dist, 'built'), { recursive: true });
const own = freshLauncher(native, process.arch, console.warn);
const place = join(dist, `built/linux-${process.arch}`);
if (own !== undefined) {
  mkdirSync(place, { recursive: true });
  copyFileSync(own, join(place, 'orch-launch'));
} else if (!existsSync(place))
  console.warn(
    `no native launcher is shipped for ${process.arch} and none is built (packages/executor/native/build.sh)`,
  );
writeFileSync(join(dist, 'meta.json'), JSON.stringify(result.metafile));
await writeManifest(cli);
for (const [file, output] of Object.entries(result.metafile.outputs))
  console.log(`${file.replace(`${root}/`, '')} ${(output.bytes / 1024).toFixed(0)} KiB`);
