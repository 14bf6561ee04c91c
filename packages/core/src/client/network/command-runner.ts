// Running host commands (`ip`, `nft`, `iptables-…`) through what the agent hands in.
import { OrchError } from '../../lib/errors.ts';

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short host command and collects its output. An executor satisfies it. */
export interface CommandRunner {
  run(command: Command): Promise<CommandResult>;
  /** The native launcher's program: it goes by handles where the usual programs go by paths. Absent = there is none. */
  readonly launcher?: string | undefined;
}

const packages: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  'iptables-save': 'iptables',
  'iptables-restore': 'iptables',
};

/** Standard output. @throws OrchError `network-tool-missing`, `network-failed` */
export async function runTool(runner: CommandRunner, argv: readonly string[], stdin?: string): Promise<string> {
  const result = await tryTool(runner, argv, stdin);
  if (result.exitCode === 0) return result.stdout;
  throw new OrchError(
    'network-failed',
    `${argv.join(' ')} ended with exit code ${result.exitCode}: ${tail(result.stderr)}`,
    {
      ...(/operation not permitted|permission denied/i.test(result.stderr)
        ? { hint: 'the agent must run as root with CAP_NET_ADMIN and CAP_SYS_ADMIN' }
        : {}),
    },
  );
}

/** As `runTool`, for commands whose failure the caller understands. @throws OrchError `network-tool-missing` */
export async function tryTool(runner: CommandRunner, argv: readonly string[], stdin?: string): Promise<CommandResult> {
  const tool = argv[0] ?? '';
  let result: CommandResult;
  try {
    result = await runner.run({ argv, timeoutMs: 30_000, ...(stdin === undefined ? {} : { stdin }) });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') throw missing(tool, error);
    throw new OrchError('network-failed', `${argv.join(' ')} could not be run`, { cause: error });
  }
  if (result.exitCode === 127 && /not found|no such file/i.test(result.stderr || 'not found')) throw missing(tool);
  return result;
}

function missing(tool: string, cause?: unknown): OrchError {
  return new OrchError('network-tool-missing', `the program "${tool}" is not installed on this node`, {
    hint: `install the package ${packages[tool] ?? tool}`,
    cause,
  });
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-4).join(' | ').slice(-600) || 'it said nothing';
}
