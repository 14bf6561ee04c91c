// This machine's architecture as images name it.

const NAMES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export const ARCHITECTURE = NAMES[process.arch] ?? process.arch;
