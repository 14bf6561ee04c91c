// Outliving again, with the launcher that needs no C compiler.
process.env['ORCH_TEST_LAUNCHER'] = 'shell';
await import('./outlive.e2e.ts');
