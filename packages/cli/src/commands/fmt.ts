// `fmt`: job and configuration files in the canonical layout.

import type { Diagnostic, Source } from '@orch/core/jobspec';
import { Args, Flags } from '../oclif.ts';
import { CommandFailure, OrchCommand } from '../orch-command.ts';
import { wantsColors } from '../output/colors.ts';
import { fileText, Painted, terminalText } from '../output/terminal-text.ts';

export default class Fmt extends OrchCommand {
  static override summary = 'Bring job files into the canonical layout';
  static override description =
    'Formats the files named, and those of directories (*.hcl, *.nomad), in place; without a path those of the current directory. A single - formats standard input to standard output. Exit code 1 when a file has errors, or is not formatted yet and -check is given.';
  static override examples = [
    '<%= config.bin %> fmt web.nomad.hcl',
    '<%= config.bin %> fmt -check -diff -recursive .',
    'cat web.nomad.hcl | <%= config.bin %> fmt -',
  ];
  static override args = {
    path: Args.string({ ignoreStdin: true, description: 'file or directory, or - for standard input' }),
  };
  static override strict = false;
  static override flags = {
    check: Flags.boolean({ description: 'write nothing; exit code 1 when a file is not formatted' }),
    diff: Flags.boolean({ description: 'show what changes' }),
    list: Flags.boolean({ default: true, allowNo: true, description: 'name the files that change' }),
    recursive: Flags.boolean({ description: 'also the directories below' }),
    write: Flags.boolean({
      default: true,
      allowNo: true,
      description: 'change the files; without this and -list the formatted text goes to standard output',
    }),
    'no-color': Flags.boolean({ description: 'no colours' }),
  };

  readonly #problems: (string | Painted)[] = [];
  #changed = 0;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Fmt);
    const paths = argv.length === 0 ? ['.'] : (argv as string[]);
    const { formatText } = await import('@orch/core/jobspec');
    const files = await import('../format-files.ts');
    const colors = wantsColors(process.stdout, flags, process.env);
    const isStdin = paths[0] === '-';
    const list = flags.list && !isStdin;
    const write = flags.write && !flags.check && !isStdin;
    const print = !list && !write && !flags.diff;

    const format = async (name: string, read: () => Promise<string>) => {
      const before = await read();
      const { text, diagnostics, sources } = formatText(before, name);
      if (text === undefined) {
        await this.#report(diagnostics, sources, flags);
        return;
      }
      if (text !== before) {
        this.#changed += 1;
        if (list) this.log(name);
        if (flags.diff) {
          const { textDiff } = await import('../output/text-diff.ts');
          process.stdout.write(textDiff(name, before, text, { colors, terminal: process.stdout.isTTY === true }));
        }
        if (write) await files.replaceText(name, text);
      }
      if (print) process.stdout.write(fileText(text, process.stdout));
    };

    if (isStdin) {
      await format('<stdin>', readStdin).catch((error) => this.#problems.push(files.describe('<stdin>', error)));
    } else {
      const found = await files.findFiles(paths, flags.recursive);
      for (const path of found.files) {
        await format(path, () => files.readText(path)).catch((error) =>
          this.#problems.push(files.describe(path, error)),
        );
      }
      this.#problems.push(...found.problems);
    }
    if (this.#problems.length > 0) throw new CommandFailure(new Painted(this.#problems.map(terminalText).join('\n\n')));
    if (flags.check && this.#changed > 0) this.exit(1);
  }

  async #report(
    diagnostics: readonly Diagnostic[],
    sources: ReadonlyMap<string, Source>,
    flags: { readonly 'no-color': boolean },
  ): Promise<void> {
    const { report } = await import('../diagnostic-report.ts');
    const colors = wantsColors(process.stderr, flags, process.env);
    this.#problems.push(new Painted(report('text', diagnostics, { sources, colors })));
  }
}

async function readStdin(): Promise<string> {
  const { decodeText } = await import('../format-files.ts');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return decodeText(Buffer.concat(chunks));
}
