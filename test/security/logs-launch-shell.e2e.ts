// The same, with the launcher that needs no C compiler.
process.env['ORCH_TEST_LAUNCHER'] = 'shell';
await import('./logs-launch.e2e.ts');
