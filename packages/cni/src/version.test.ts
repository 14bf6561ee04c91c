import test from 'ava';
import { createCni } from './cni.ts';
import { hintFor } from './cni-error.ts';
import { parseAbout, parseVersionAnswer } from './version.ts';

test('listPlugins gives versions, the newest specification where a build does not know its own, and skips other files', async (t) => {
  const answers: Readonly<Record<string, { version: string; about: string }>> = {
    '/bin/bridge': {
      version: '{"cniVersion":"1.0.0","supportedVersions":["1.0.0","0.4.0","0.10.0"]}',
      about: 'CNI bridge plugin version unknown',
    },
    '/bin/ptp': {
      version: '{"supportedVersions":["0.4.0"]}',
      about: 'CNI ptp plugin v1.5.1\nCNI protocol versions supported: 0.4.0',
    },
    '/bin/LICENSE': { version: 'Apache', about: '' },
  };
  const cni = createCni({
    async run(binary, { env }) {
      const answer = answers[binary];
      const isProbe = env['CNI_COMMAND'] === 'VERSION';
      return {
        exitCode: 0,
        stdout: isProbe ? (answer?.version ?? '') : '',
        stderr: isProbe ? '' : (answer?.about ?? ''),
      };
    },
    files: { list: async () => ['ptp', 'bridge', 'LICENSE'], read: async () => '', isExecutable: async () => true },
    binDirs: ['/bin'],
  });
  t.deepEqual(
    (await cni.listPlugins()).map(({ type, version }) => [type, version]),
    [
      ['bridge', '1.0.0'],
      ['ptp', '1.5.1'],
    ],
  );
});

test('version answers are sorted by number and anything else is no answer', (t) => {
  t.deepEqual(parseVersionAnswer('{"supportedVersions":["1.0.0","0.10.0","0.4.0"]}'), ['0.4.0', '0.10.0', '1.0.0']);
  t.is(parseVersionAnswer('{}'), undefined);
  t.is(parseVersionAnswer('hello'), undefined);
  t.is(parseAbout('CNI bridge plugin v1.6.0-rc1'), '1.6.0-rc1');
  t.is(parseAbout('CNI bridge plugin version unknown'), undefined);
});

test('hintFor knows what plugins say most often', (t) => {
  t.regex(
    hintFor(999, 'failed to allocate for range 0: no IP addresses available in range set: 10.1.0.1-10.1.0.2') ?? '',
    /widen/,
  );
  t.regex(hintFor(7, 'bad field') ?? '', /configuration/);
  t.regex(hintFor(11, 'busy') ?? '', /try again/);
  t.is(hintFor(100, 'something of its own'), undefined);
});
