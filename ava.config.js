// Unit and property tests beside the sources. test/e2e has its own configuration: it needs root and real engines.
export default {
  extensions: ['ts'],
  files: [
    'packages/*/src/**/*.test.ts',
    'plugins/*/src/**/*.test.ts',
    'scripts/**/*.test.ts',
    'test/{sim,oracle,fuzz,security}/**/*.test.ts',
  ],
  timeout: '2m',
  workerThreads: false,
  environmentVariables: { NODE_NO_WARNINGS: '1' },
};
