// The node agent's core, for whoever wires an agent.

export type { DriverSet } from './driver-host/driver-host.ts';
export { type CollectLimits, defaultCollectLimits } from './gc/policy.ts';
export * from './network/index.ts';
export { createNodeAgent, type NodeAgent } from './node-agent.ts';
export type { NodeAgentOptions, NodeConfig } from './node-agent-options.ts';
export { taskHostEnvironment } from './task-runner/host-environment.ts';
