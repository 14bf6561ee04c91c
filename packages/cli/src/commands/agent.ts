// `agent`: runs a server and a node agent in this process until it is told to stop. Tasks go on without it.

import { describeError, OrchError } from '@orch/core/lib/errors';
import { Flags } from '../oclif.ts';
import { CommandFailure, OrchCommand } from '../orch-command.ts';

export default class Agent extends OrchCommand {
  static override summary = 'Run an agent';
  static override description =
    'SIGTERM and Ctrl-C stop the agent, not its tasks: the next agent on the same data directory takes them up again.';
  static override examples = ['<%= config.bin %> agent --dev', '<%= config.bin %> agent --config /etc/orch'];
  static override flags = {
    dev: Flags.boolean({ description: 'server and client in one, on loopback, with raw_exec and docker volumes on' }),
    config: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'configuration file, or directory of *.hcl files; may be repeated',
      exclusive: ['dev'],
    }),
    'data-dir': Flags.string({ description: 'directory for state and allocations' }),
    'http-port': Flags.integer({
      description: 'port of the API on TCP, which is closed without one',
      min: 1,
      max: 65_535,
    }),
    'log-level': Flags.string({
      description: 'debug, info, warn or error',
      options: ['debug', 'info', 'warn', 'error'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Agent);
    // The wiring is a chunk of its own: no other command pays for loading it.
    const { devConfig, readConfig, checkConfig, startAgent } = await import('../agent/main.ts');
    if (!flags.dev && flags.config === undefined)
      throw new CommandFailure('Error: an agent needs --dev or --config FILE');
    const base = flags.dev ? devConfig('/var/lib/orch/dev') : readConfig(flags.config ?? []);
    const config = {
      ...base,
      ...(flags['data-dir'] === undefined ? {} : { dataDir: flags['data-dir'] }),
      ...(flags['http-port'] === undefined ? {} : { httpPort: flags['http-port'] }),
      ...(flags['log-level'] === undefined ? {} : { logLevel: flags['log-level'] as typeof base.logLevel }),
    };
    checkConfig(config);
    const agent = await startAgent(config, this.config.version);
    this.log(
      `==> orch agent is ready\n    API:   ${agent.urls.join(', ')}\n    Data:  ${config.dataDir}\n    Roles: ${[config.server.enabled ? 'server' : '', config.client.enabled ? 'client' : ''].filter((role) => role !== '').join(', ')}${config.dev ? ' (dev)' : ''}`,
    );
    const signal = await untilSignal();
    this.log(`==> ${signal}: stopping the agent; its tasks keep running`);
    await agent.close();
    // Whatever still holds the event loop belongs to no task.
    process.exit(0);
  }

  protected override async catch(error: Error): Promise<void> {
    if (error instanceof OrchError && error.code === 'bad-config') {
      this.logToStderr(describeError(error));
      this.exit(1);
    }
    await super.catch(error);
  }
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
