// The connection to the Docker engine: an HTTP client over keep-alive sockets, loaded when first needed.
import { Agent } from 'node:http';
import { inspect } from 'node:util';
import type Docker from 'dockerode';

/** Idle sockets kept for the next call. */
const IDLE_SOCKETS = 16;

/** An engine that is silent for so long in the middle of a call is taken for dead, milliseconds. */
const SILENCE_LIMIT_MS = 120_000;

export interface Engine {
  /** For calls with one short answer: they fail when the engine is silent. Loading the package takes 130 ms once. */
  client(): Promise<Docker>;
  /** For streams and transfers, which may be silent as long as they like: end them with a signal. */
  streams(): Promise<Docker>;
  /** What to call it in messages. */
  readonly address: string;
  close(): void;
}

/** @param endpoint `unix:///path` or `tcp://host:port`; absent = $DOCKER_HOST, else /var/run/docker.sock. */
export function createEngine(endpoint: string | undefined, environment: NodeJS.ProcessEnv = process.env): Engine {
  const address = endpoint ?? environment['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  const agents: Agent[] = [];
  const connect = async (timeout: number | undefined): Promise<Docker> => {
    const { default: Client } = await import('dockerode');
    const agent = keepAliveAgent();
    agents.push(agent);
    const options = { ...target(address), agent, ...(timeout === undefined ? {} : { timeout }) };
    return new Client(options);
  };
  let client: Promise<Docker> | undefined;
  let streams: Promise<Docker> | undefined;
  return {
    address,
    client() {
      client ??= connect(SILENCE_LIMIT_MS);
      return client;
    },
    streams() {
      streams ??= connect(undefined);
      return streams;
    },
    close() {
      for (const agent of agents) agent.destroy();
    },
  };
}

function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS, scheduling: 'lifo' });
  // The client formats its whole request, this agent with all sockets included, for a debug line nobody reads.
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
  return agent;
}

function target(address: string): Docker.DockerOptions {
  if (address.startsWith('unix://')) return { socketPath: address.slice('unix://'.length) };
  const url = new URL(address);
  return { host: url.hostname, port: url.port === '' ? 2375 : Number(url.port), protocol: 'http' };
}
