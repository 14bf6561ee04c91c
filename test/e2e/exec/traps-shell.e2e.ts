// The traps again, with the launcher that needs no C compiler.
process.env['ORCH_TEST_LAUNCHER'] = 'shell';
await import('./traps.e2e.ts');
