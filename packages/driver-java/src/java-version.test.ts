import test from 'ava';
import { parseJavaVersion } from './java-version.ts';

test('parseJavaVersion reads version, runtime and VM behind noise', (t) => {
  const output =
    'Picked up JAVA_TOOL_OPTIONS: -Dx=y\nopenjdk version "17.0.21" 2026-10-20\nOpenJDK Runtime Environment (build 17)\nOpenJDK 64-Bit Server VM (build 17, mixed mode)\n';
  t.deepEqual(parseJavaVersion(output), {
    version: '17.0.21',
    runtime: 'OpenJDK Runtime Environment (build 17)',
    vm: 'OpenJDK 64-Bit Server VM (build 17, mixed mode)',
  });
  t.is(parseJavaVersion('sh: java: not found\n'), undefined);
});
