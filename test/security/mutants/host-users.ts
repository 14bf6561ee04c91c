// Guards against users of the machine without rights, and against what the API is sent that means another thing inside.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const http = 'packages/server/src/http';
const odd = `${http}/odd-input.test.ts`;

export const hostUserMutants: readonly Mutant[] = [
  {
    against: 'planted code',
    guard: 'compiled code is not kept among temporary files',
    file: 'packages/cli/bin/orch.js',
    find: 'if (cache !== undefined) platform.enableCompileCache(cache);',
    put: 'platform.enableCompileCache();',
    test: {
      file: 'test/security/compile-cache.e2e.ts',
      title: 'the command line keeps and looks for no compiled code among temporary files',
    },
  },
  {
    against: 'planted code',
    guard: 'the directory of compiled code is its user’s',
    file: 'packages/cli/src/compile-cache.ts',
    find: '(stats.uid === 0 || stats.uid === uid) && isShut',
    put: 'isShut',
    test: {
      file: 'packages/cli/src/compile-cache.test.ts',
      title: "compileCacheDirectory takes no other user's directory",
    },
  },
  {
    against: 'planted code',
    guard: 'nobody else writes compiled code',
    file: 'packages/cli/src/compile-cache.ts',
    find: '(stats.mode & 0o022) === 0 ||',
    put: '(stats.mode & 0o022) >= 0 ||',
    test: {
      file: 'packages/cli/src/compile-cache.test.ts',
      title: 'compileCacheDirectory does not believe in directories that others can write',
    },
  },
  {
    against: 'a taken port',
    guard: 'nothing is sent to a stranger',
    file: 'packages/cli/src/find-agent.ts',
    find: 'if (uid === undefined) return;',
    put: 'if (uid !== -1) return;',
    test: {
      file: 'packages/cli/src/find-agent.test.ts',
      title: 'what listens on the port of an agent that is not there is spoken to only when root or this user runs it',
    },
  },
  {
    against: 'the end of memory',
    guard: 'counts when scaling',
    file: `${http}/job-plan-endpoint.ts`,
    find: 'if (tooMany !== undefined) throw',
    put: 'if (false) throw',
    test: { file: odd, title: 'a job is not scaled to more allocations than it may be registered with' },
  },
  {
    against: 'the end of memory',
    guard: 'the data of a frame of exec',
    file: `${http}/exec-socket.ts`,
    find: "if (typeof (stdin?.data ?? '') !== 'string') throw",
    put: 'if (false) throw',
    test: { file: odd, title: 'a frame of exec whose data is no text ends the session' },
  },
  {
    against: 'numbers',
    guard: 'durations that the language has',
    file: 'packages/core/src/schema/duration.ts',
    find: 'return Math.abs(ms) <= maxDurationMs;',
    put: 'return ms === ms;',
    test: {
      file: 'packages/core/src/schema/duration.test.ts',
      title: 'parseDuration and isDuration end where 64 bits of nanoseconds end',
    },
  },
  {
    against: 'numbers',
    guard: 'numbers of a body that JSON cannot write',
    file: `${http}/api-request.ts`,
    find: 'if (value === Infinity || value === -Infinity) throw',
    put: 'if (false) throw',
    test: { file: odd, title: 'a number that is infinite here and null in the journal is refused' },
  },
  {
    against: 'terminals',
    guard: 'lines of the log in JSON',
    file: 'packages/cli/src/agent/system.ts',
    find: '${escaped(line.trimEnd())}',
    put: '${line.trimEnd()}',
    test: {
      file: 'packages/cli/src/agent/system.test.ts',
      title: 'systemLogger writes JSON in lines that steer no terminal and mean the same',
    },
  },
  {
    against: 'secrets',
    guard: 'credentials in answers of a registry',
    file: 'packages/driver-docker/src/image/image-pull.ts',
    find: 'throw pullError(said(error, harmless), image);',
    put: 'throw pullError(error, image);',
    test: {
      file: 'packages/driver-docker/src/image/image-pull.test.ts',
      title: 'a registry that answers with the credentials it was sent has them nowhere shown',
    },
  },
];
