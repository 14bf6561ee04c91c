// What the agent takes from the server's room.

export {
  defaultServerConfig,
  type GcConfig,
  type HeartbeatConfig,
  type HttpConfig,
  type ServerConfig,
} from './config.ts';
export type { Policy, PolicyQuestion, Principal } from './http/policy.ts';
export { createServer, type ListenAddress, type Server, type ServerOptions } from './server.ts';
