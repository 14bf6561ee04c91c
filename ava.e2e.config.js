// Tests against real engines, as root, one file at a time: they share the machine's Docker engine, bridges and ports.
export default {
  extensions: ['ts'],
  files: ['test/e2e/**/*.e2e.ts', 'test/chaos/**/*.e2e.ts', 'test/security/**/*.e2e.ts'],
  timeout: '8m',
  concurrency: 1,
  serial: true,
  workerThreads: false,
  environmentVariables: { NODE_NO_WARNINGS: '1' },
};
