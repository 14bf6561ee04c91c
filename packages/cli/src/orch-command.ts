// What every command shares: where the agent is, how errors are said, what exit codes mean.

import { type ApiClient, ApiError, createClient } from '@orch/api';
import { escaped } from '@orch/core/lib/display-width';
import { describeError } from '@orch/core/lib/errors';
import { refusedFlag, rewriteSwitches, unknownFlag } from './argv.ts';
import { findAgent } from './find-agent.ts';
import { Command, Flags, type Interfaces } from './oclif.ts';
import { isPainted, type Painted, terminalText } from './output/terminal-text.ts';

const noTls = 'the command line does not speak TLS yet; use an http:// address on loopback';

/** Flags of every command that talks to an agent; Nomad's environment variables work too. */
export const apiFlags = {
  address: Flags.string({
    description:
      'address of the agent, http:// or unix://; else ORCH_ADDR, NOMAD_ADDR, a socket in /run/orch, port 4646',
    helpGroup: 'API',
  }),
  region: Flags.string({
    description: 'region to ask',
    default: async () => process.env['ORCH_REGION'] ?? process.env['NOMAD_REGION'],
    helpGroup: 'API',
  }),
  namespace: Flags.string({
    description: 'namespace',
    default: async () => process.env['ORCH_NAMESPACE'] ?? process.env['NOMAD_NAMESPACE'],
    helpGroup: 'API',
  }),
  token: Flags.string({
    description: 'token of the API on TCP; else ORCH_TOKEN, NOMAD_TOKEN, ORCH_TOKEN_FILE, the file of the agent',
    helpGroup: 'API',
  }),
  'no-color': Flags.boolean({ description: 'no colours', helpGroup: 'API' }),
  'force-color': Flags.boolean({ description: 'colours also where there is no terminal', helpGroup: 'API' }),
};

export type ApiFlags = {
  readonly address: string | undefined;
  readonly region: string | undefined;
  readonly namespace: string | undefined;
  readonly token: string | undefined;
};

export const jsonFlag = { json: Flags.boolean({ description: "print the API's answer as JSON" }) };

/** A failure with a message for the person and an exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** Absent = the command's usual one for failures. */
  readonly exitCode: number | undefined;

  /** The message as it is printed. */
  readonly shown: string | Painted;

  constructor(message: string | Painted, exitCode?: number) {
    super(isPainted(message) ? message.text : message);
    this.shown = message;
    this.exitCode = exitCode;
  }
}

export abstract class OrchCommand extends Command {
  /** Flags that people know from Nomad and that can do nothing here, with the reason. */
  static refused: Readonly<Record<string, string>> = {
    'ca-cert': noTls,
    'ca-path': noTls,
    'client-cert': noTls,
    'client-key': noTls,
    'tls-server-name': noTls,
    'tls-skip-verify': noTls,
    insecure: noTls,
  };

  #client: ApiClient | undefined;
  #deniedHint: string | undefined;

  protected async api(flags: ApiFlags): Promise<ApiClient> {
    if (this.#client !== undefined) return this.#client;
    const { region, namespace } = flags;
    const { deniedHint, ...agent } = await findAgent(flags, process.env);
    this.#deniedHint = deniedHint;
    this.#client = createClient({
      ...agent,
      ...(region === undefined ? {} : { region }),
      ...(namespace === undefined ? {} : { namespace }),
    });
    return this.#client;
  }

  /** A line, or several. Nothing in it steers the terminal. */
  override log(message: string | Painted = ''): void {
    super.log(terminalText(message));
  }

  override logToStderr(message: string | Painted = ''): void {
    super.logToStderr(terminalText(message));
  }

  /** One line about a record, whatever its names hold. */
  protected say(line: string): void {
    super.log(escaped(line));
  }

  protected printJson(value: unknown): void {
    this.log(JSON.stringify(value, null, 2));
  }

  /** Looks at the arguments before they are parsed: switches as Go writes them, flags that are refused or do not exist. */
  protected override async init(): Promise<void> {
    await super.init();
    const refusal = refusedFlag(this.argv, (this.ctor as typeof OrchCommand).refused);
    if (refusal !== undefined) throw new CommandFailure(refusal);
    const rewritten = rewriteSwitches(this.argv, this.ctor.flags);
    if (typeof rewritten === 'string') throw new CommandFailure(rewritten);
    const unknown = unknownFlag(rewritten, this.ctor.flags);
    if (unknown !== undefined) throw new CommandFailure(unknown);
    this.argv = rewritten;
  }

  /** One message, no stack; the exit code of the failure, 1 by default. */
  protected override async catch(error: Interfaces.CommandError & { exitCode?: number }): Promise<void> {
    if ((error as { code?: string }).code === 'EEXIT') throw error;
    this.logToStderr(describeFailure(error, this.#deniedHint));
    this.exit((error instanceof CommandFailure ? error.exitCode : undefined) ?? this.failureExitCode());
  }

  /** Exit code of an unexpected failure. `job plan` says 255. */
  protected failureExitCode(): number {
    return 1;
  }

  protected override async finally(): Promise<void> {
    this.#client?.close();
  }
}

/** The field's words for: not with this token, or not without one. */
const permissionDenied = 'Permission denied';

export function describeFailure(error: unknown, deniedHint?: string): string | Painted {
  if (error instanceof CommandFailure) return isPainted(error.shown) ? error.shown : oneMessage(error.shown);
  if (error instanceof ApiError && error.status > 0) {
    const message = error.message.trim();
    const hint = error.hint ?? (error.status === 403 && message === permissionDenied ? deniedHint : undefined);
    return oneMessage(`Error: ${message}${hint === undefined ? '' : ` (${hint})`}`);
  }
  return oneMessage(`Error: ${describeError(error)}`);
}

/** Further lines are set in, so that none of them can be taken for one of ours. */
function oneMessage(text: string): string {
  return text.replaceAll(/\r?\n(?=\S)/g, '\n  ');
}

/** The one id that begins with `prefix`. @throws CommandFailure when there is none, or several: they are listed. */
export function oneId(what: string, prefix: string, ids: readonly string[]): string {
  const exact = ids.find((id) => id === prefix);
  if (exact !== undefined) return exact;
  const [only, ...more] = ids;
  if (only === undefined) throw new CommandFailure(`Error: no ${what} with id or prefix "${prefix}"`);
  if (more.length > 0)
    throw new CommandFailure(
      `Error: prefix "${prefix}" matches ${ids.length} ${what}s:\n${ids
        .slice(0, 20)
        .map((id) => `  ${id}`)
        .join('\n')}`,
    );
  return only;
}
