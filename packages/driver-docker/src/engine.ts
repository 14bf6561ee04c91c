// The connection to the Docker engine: one HTTP client over keep-alive sockets, loaded when first needed.
import { Agent } from 'node:http';
import { inspect } from 'node:util';
import type Docker from 'dockerode';

/** Idle sockets kept for the next call. */
const IDLE_SOCKETS = 16;

/** Longest time a call that moves no data may take, milliseconds. */
export const CALL_TIMEOUT_MS = 120_000;

export interface Engine {
  /** The client. Loading its package takes a few hundred milliseconds once. */
  client(): Promise<Docker>;
  /** What to call it in messages. */
  readonly address: string;
  close(): void;
}

/** @param endpoint `unix:///path` or `tcp://host:port`; absent = $DOCKER_HOST, else /var/run/docker.sock. */
export function createEngine(endpoint: string | undefined, environment: NodeJS.ProcessEnv = process.env): Engine {
  const address = endpoint ?? environment['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  const agent = new Agent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS, scheduling: 'lifo' });
  // The client formats its whole request, this agent with all sockets included, for a debug line nobody reads.
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
  let client: Promise<Docker> | undefined;
  return {
    address,
    client() {
      client ??= import('dockerode').then(({ default: Client }) => {
        const options = { ...target(address), agent };
        return new Client(options);
      });
      return client;
    },
    close: () => agent.destroy(),
  };
}

function target(address: string): Docker.DockerOptions {
  if (address.startsWith('unix://')) return { socketPath: address.slice('unix://'.length) };
  const url = new URL(address);
  return { host: url.hostname, port: url.port === '' ? 2375 : Number(url.port), protocol: 'http' };
}
