// What the agent takes from the server's room.

export {
  defaultServerConfig,
  type GcConfig,
  type HeartbeatConfig,
  type HttpConfig,
  type ServerConfig,
} from './config.ts';
export type { ListenAddress } from './http/listen.ts';
export type { Listener } from './http/listener.ts';
export type { Access, Policy, PolicyQuestion, Principal } from './http/policy.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
