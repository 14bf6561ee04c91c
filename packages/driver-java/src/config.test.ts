import test from 'ava';
import { javaArguments, readTaskConfig } from './config.ts';

test('javaArguments puts options, class path, jar and arguments in order', (t) => {
  const jar = readTaskConfig({ jar_path: 'local/a.jar', jvm_options: ['-Xmx1g'], args: ['x', 'y z'] });
  t.deepEqual(javaArguments('/usr/bin/java', jar, 256), [
    '/usr/bin/java',
    '-XX:MaxRAM=256m',
    '-Xmx1g',
    '-jar',
    'local/a.jar',
    'x',
    'y z',
  ]);
  const main = readTaskConfig({ class: 'Main', class_path: 'local' });
  t.deepEqual(javaArguments('/usr/bin/java', main, 64), ['/usr/bin/java', '-XX:MaxRAM=64m', '-cp', 'local', 'Main']);
});

for (const [config, field, message] of [
  [{}, 'jar_path', /needs jar_path or class/],
  [{ jar_path: 'a', class: 'B' }, 'class', /exclude each other/],
  [{ jar_path: 5 }, 'jar_path', /5, not a text/],
  [{ jar_path: 'a', args: [1] }, 'args', /list of strings/],
] as const) {
  test(`readTaskConfig refuses ${JSON.stringify(config)} naming ${field}`, (t) => {
    const error = t.throws(() => readTaskConfig(config), { name: 'DriverError', code: 'invalid-config', message });
    t.deepEqual((error as unknown as { path: string[] }).path, [field]);
  });
}
