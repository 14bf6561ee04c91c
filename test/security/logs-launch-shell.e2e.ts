// The same, with the launcher that needs no C compiler. Its own guards are missed by these titles here:
// - a directory of the host in the place of the view gets nothing
// - when a file rotates away, what a task has put in its place stays
// - the successor of a copier whose logs lie where tasks can write meets links, FIFOs and changed owners
process.env['ORCH_TEST_LAUNCHER'] = 'shell';
await import('./logs-launch.e2e.ts');
