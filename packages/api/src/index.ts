// What strangers, tests and the command line take from the API's room.

export * from './types/agent.ts';
export * from './types/allocation.ts';
export * from './types/client.ts';
export * from './types/deployment.ts';
export * from './types/evaluation.ts';
export * from './types/job.ts';
export * from './types/node.ts';
