// `alloc fs`: the allocation's files: a directory listed, a file printed.

import type { FileInfoWire } from '@orch/api';
import { findAllocation } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, jsonFlag, OrchCommand } from '../../orch-command.ts';
import { table } from '../../output/table.ts';

export default class AllocFs extends OrchCommand {
  static override summary = 'List a directory of an allocation, or print one of its files';
  static override aliases = ['fs'];
  static override examples = [
    '<%= config.bin %> alloc fs 0a1b2c3d',
    '<%= config.bin %> alloc fs 0a1b2c3d web/local/config.ini',
  ];
  static override args = {
    alloc: Args.string({ ignoreStdin: true, required: true, description: 'id of the allocation, or its beginning' }),
    path: Args.string({ ignoreStdin: true, description: "path inside the allocation's directory", default: '/' }),
  };
  static override flags = {
    ...apiFlags,
    ...jsonFlag,
    stat: Flags.boolean({ description: "the file's facts instead of its content" }),
    human: Flags.boolean({ char: 'H', description: 'sizes for people' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AllocFs);
    const api = await this.api(flags);
    const id = await findAllocation(api, args.alloc);
    const { value: info } = await api.allocations.statFile(id, args.path);
    if (flags.stat) return this.#print([info], flags);
    if (info.IsDir) return this.#print((await api.allocations.listFiles(id, args.path)).value, flags);
    for await (const chunk of api.allocations.readFile(id, args.path)) process.stdout.write(chunk);
  }

  #print(files: readonly FileInfoWire[], flags: { readonly json: boolean; readonly human: boolean }): void {
    if (flags.json) {
      this.printJson(files);
      return;
    }
    const size = (bytes: number) => (flags.human ? human(bytes) : String(bytes));
    this.log(
      table(
        ['Mode', 'Size', 'Modified Time', 'Name'],
        files.map((file) => [file.FileMode, size(file.Size), file.ModTime, file.IsDir ? `${file.Name}/` : file.Name]),
      ),
    );
  }
}

function human(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
