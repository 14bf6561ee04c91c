// What the agent command loads, as one chunk.

export { devConfig } from './config/agent-config.ts';
export { checkConfig, readConfig } from './config/read-config.ts';
export { startAgent } from './start-agent.ts';
