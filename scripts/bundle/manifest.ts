// Writes oclif's manifest, so that the command line knows its commands without loading them.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @throws when oclif finds no command: a manifest without commands would hide them all. */
export async function writeManifest(cliDir: string): Promise<void> {
  const { Config } = await import('@oclif/core');
  const config = new Config({ root: cliDir, ignoreManifest: true });
  await config.load();
  const plugin = [...config.plugins.values()][0] as { manifest?: { commands: Record<string, unknown> } } | undefined;
  if (plugin === undefined || plugin.manifest === undefined || Object.keys(plugin.manifest.commands).length === 0)
    throw new Error('oclif found no commands in packages/cli');
  writeFileSync(join(cliDir, 'oclif.manifest.json'), JSON.stringify(plugin.manifest));
}
