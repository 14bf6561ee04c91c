import test from 'ava';
import { checkArguments } from './arguments.ts';

test('arguments are compared with the allow-list by their options, with one dash or two', (t) => {
  t.notThrows(() => checkArguments(['-device', 'x,y=z', '-no-acpi'], ['-device', '-no-acpi']));
  t.throws(() => checkArguments(['-device', 'x', '--monitor', 'stdio'], ['-device', '-monitor']), {
    code: 'denied',
    message: 'the node does not allow the QEMU argument --monitor',
  });
  t.throws(() => checkArguments(['disk.img'], []), { code: 'invalid-config', message: /which is no option/ });
});

test("what holds for every VM is the driver's own, whatever the node allows", (t) => {
  const reserved = ['-sandbox', '--sandbox', '-runas', '-run-with', '-chroot', '-daemonize', '--daemonize', '-pidfile'];
  for (const option of reserved)
    t.throws(() => checkArguments(['-x', option, 'off'], ['-x', option]), {
      code: 'denied',
      message: `the QEMU argument ${option} is the driver's own`,
    });
});
