// `alloc logs`: a task's output.

import { chooseTask, findAllocation } from '../../find.ts';
import { Args, Flags } from '../../oclif.ts';
import { apiFlags, OrchCommand } from '../../orch-command.ts';

/** Bytes read back per line asked for with -n; enough for ordinary lines, and cut to whole ones. */
const bytesPerLine = 512;

export default class AllocLogs extends OrchCommand {
  static override summary = "Show a task's output";
  static override aliases = ['logs'];
  static override examples = [
    '<%= config.bin %> alloc logs 0a1b2c3d',
    '<%= config.bin %> alloc logs -f -task web 0a1b2c3d',
  ];
  static override args = {
    alloc: Args.string({ ignoreStdin: true, required: true, description: 'id of the allocation, or its beginning' }),
    task: Args.string({ ignoreStdin: true, description: 'task, when there are several' }),
  };
  static override flags = {
    ...apiFlags,
    follow: Flags.boolean({ char: 'f', description: 'go on with new output' }),
    stderr: Flags.boolean({ description: 'standard error instead of standard output' }),
    task: Flags.string({ description: 'task, when there are several' }),
    tail: Flags.boolean({ description: 'only the end (10 lines, or as -n says)' }),
    lines: Flags.integer({ char: 'n', description: 'lines from the end', min: 0 }),
    bytes: Flags.integer({ char: 'c', description: 'bytes from the end', min: 0, exclusive: ['lines'] }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AllocLogs);
    const api = await this.api(flags);
    const id = await findAllocation(api, args.alloc);
    const { value } = await api.allocations.read(id);
    const task = chooseTask(Object.keys(value.TaskStates ?? {}), flags.task ?? args.task);
    const options = { task, type: flags.stderr ? ('stderr' as const) : ('stdout' as const), follow: flags.follow };
    const lines = flags.lines ?? (flags.tail ? 10 : undefined);
    if (flags.bytes !== undefined)
      return this.#copy(api.allocations.logs(id, { ...options, origin: 'end', offset: flags.bytes }));
    if (lines === undefined) return this.#copy(api.allocations.logs(id, options));
    return this.#copyTail(
      api.allocations.logs(id, { ...options, origin: 'end', offset: (lines + 1) * bytesPerLine }),
      lines,
    );
  }

  async #copy(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of bytes) process.stdout.write(chunk);
  }

  /** The last `lines` of what is there, then everything new. The first chunk holds what is there. */
  async #copyTail(bytes: AsyncIterable<Uint8Array>, lines: number): Promise<void> {
    let first = true;
    for await (const chunk of bytes) {
      if (!first) {
        process.stdout.write(chunk);
        continue;
      }
      first = false;
      const text = Buffer.from(chunk).toString('utf8');
      const all = text.split('\n');
      const open = all.pop() ?? '';
      const kept = lines === 0 ? [] : all.slice(-lines);
      process.stdout.write(kept.map((line) => `${line}\n`).join('') + open);
    }
  }
}
