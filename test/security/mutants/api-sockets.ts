// Guards of the API's listeners: sockets, the token's file, whom a command line shows the token.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const http = 'packages/server/src/http';
const agent = 'packages/cli/src/agent';
const cli = 'packages/cli/src';

export const apiSocketMutants: readonly Mutant[] = [
  {
    against: 'F16',
    guard: 'the mode of a socket',
    file: `${http}/listen.ts`,
    find: '    chmodSync(staged, mode);\n',
    put: '',
    test: {
      file: `${http}/listen.test.ts`,
      title: 'a socket is there with its mode at once, made where nobody else comes, and gone at the end',
    },
  },
  {
    against: 'F16',
    guard: 'a socket shows when it has its mode',
    file: `${http}/listen.ts`,
    find: 'const staged = join(stagingDir, basename(path));',
    put: 'const staged = path;',
    test: {
      file: `${http}/listen.test.ts`,
      title: 'a socket is there with its mode at once, made where nobody else comes, and gone at the end',
    },
  },
  {
    against: 'F16',
    guard: 'a clean end removes sockets',
    file: `${http}/listen.ts`,
    find: "if (listener.kind !== 'tcp') rmSync(listener.path, { force: true });",
    put: '',
    test: {
      file: `${http}/listen.test.ts`,
      title: 'a socket is there with its mode at once, made where nobody else comes, and gone at the end',
    },
  },
  {
    against: 'class 10',
    guard: 'names of sockets are not cut off',
    file: `${http}/listen.ts`,
    find: 'if (Buffer.byteLength(one) <= maxSocketPathBytes) continue;',
    put: 'continue;',
    test: {
      file: `${http}/listen.test.ts`,
      title: 'names that the kernel would cut off, and places that are taken, are refused',
    },
  },
  {
    against: 'F16',
    guard: 'one agent has a directory of sockets',
    file: `${agent}/socket-directory.ts`,
    find: '    return lockDirectory(privateDir);',
    put: '    return { release() {} };',
    test: {
      file: `${agent}/socket-directory.test.ts`,
      title: 'one that is there is taken and opened for others; another agent that holds it keeps it',
    },
  },
  {
    against: 'F16',
    guard: 'a token file that others may use',
    file: `${agent}/token-file.ts`,
    find: 'if ((mode & 0o077) !== 0) throw',
    put: 'if (false) throw',
    test: { file: `${agent}/token-file.test.ts`, title: 'a file that others may read or write is refused' },
  },
  {
    against: 'F16',
    guard: 'a token file that is a link',
    file: `${agent}/token-file.ts`,
    find: 'openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)',
    put: 'openSync(path, O_RDONLY | O_NONBLOCK)',
    test: {
      file: `${agent}/token-file.test.ts`,
      title: 'what is no plain file of this user is refused, and nothing is written through it',
    },
  },
  {
    against: 'F16',
    guard: 'the mode of a token file',
    file: `${agent}/token-file.ts`,
    find: 'O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600',
    put: 'O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644',
    test: {
      file: `${agent}/token-file.test.ts`,
      title: 'a token is made at the first start and stays: 256 random bits, readable to its owner',
    },
  },
  {
    against: 'F16',
    guard: 'a token of too few characters',
    file: `${agent}/token-file.ts`,
    find: ' || token.length < minCharacters',
    put: '',
    test: {
      file: `${agent}/token-file.test.ts`,
      title: 'an operator may choose it: one word of at least 128 bits in hexadecimal digits',
    },
  },
  {
    against: 'F16',
    guard: 'the random bits of a token',
    file: `${agent}/token-file.ts`,
    find: 'const tokenBytes = 32;',
    put: 'const tokenBytes = 8;',
    test: {
      file: `${agent}/token-file.test.ts`,
      title: 'a token is made at the first start and stays: 256 random bits, readable to its owner',
    },
  },
  {
    against: 'F16',
    guard: 'the token goes to a living agent',
    file: `${cli}/find-agent.ts`,
    find: "(await stateOf(join(dir, operatorSocket))) === 'open' ? token : undefined",
    put: 'token',
    test: {
      file: `${cli}/find-agent.test.ts`,
      title:
        'the token: the flag, the variables, the file of a variable; the agent’s own file at its very address while it lives',
    },
  },
  {
    against: 'F16',
    guard: 'the token goes to its agent alone',
    file: `${cli}/find-agent.ts`,
    find: ' || !isSame(note.address, address)',
    put: '',
    test: {
      file: `${cli}/find-agent.test.ts`,
      title:
        'the token: the flag, the variables, the file of a variable; the agent’s own file at its very address while it lives',
    },
  },
  {
    against: 'F16',
    guard: "the mode of the operator's socket",
    file: `${agent}/api-listeners.ts`,
    find: 'stagingDir, mode: 0o600 });',
    put: 'stagingDir, mode: 0o666 });',
    test: {
      file: 'test/security/api-token.e2e.ts',
      title: 'another user of the machine submits nothing, reads nothing, opens no socket and does not see the token',
    },
  },
  {
    against: 'F16',
    guard: 'TCP asks for a token',
    file: `${agent}/api-listeners.ts`,
    find: 'config.http.openLoopback ? undefined : openTokenFile(config.dataDir)',
    put: 'undefined as ReturnType<typeof openTokenFile> | undefined',
    test: {
      file: 'test/security/api-token.e2e.ts',
      title: 'another user of the machine submits nothing, reads nothing, opens no socket and does not see the token',
    },
  },
  {
    against: 'F16',
    guard: 'an open loopback is told',
    file: `${agent}/api-listeners.ts`,
    find: '  if (file === undefined)\n    log.warn(',
    put: '  if (port < 0)\n    log.warn(',
    test: {
      file: 'test/security/api-open.e2e.ts',
      title: 'an open loopback is told at each start; no page of a browser collects there, and no node joins',
    },
  },
  {
    against: 'F16',
    guard: 'TCP is closed without a port',
    file: `${agent}/api-listeners.ts`,
    find: "if (config.httpPort === undefined) return { urls: sockets, httpAddress: '' };\n  const { url, hostPort = '' } = await openTcp(parts, config.httpPort, directory);",
    put: "const { url, hostPort = '' } = await openTcp(parts, config.httpPort ?? 0, directory);",
    test: {
      file: 'test/security/api-open.e2e.ts',
      title: 'without a port nothing listens on TCP, and everything goes through a socket',
    },
  },
];
