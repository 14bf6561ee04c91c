// Device nodes of isolated tasks: what the kernel refuses them, whatever capability they keep and whoever they run as.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { type LaunchBench, makeLaunchBench } from '../e2e/exec/launch-bench.ts';

let bench: LaunchBench;
test.before(async () => {
  bench = await makeLaunchBench();
});
test.after.always(() => bench.close());

async function output(script: string, capabilities: readonly string[], user: string): Promise<string> {
  const spec = bench.spec(script, { user });
  if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
  const handle = await bench.executor.launch({ ...spec, isolation: { ...spec.isolation, capabilities } });
  await bench.executor.wait(handle.id);
  await bench.executor.destroy(handle.id);
  return bench.log(handle) + bench.log(handle, 'stderr');
}

/** The disk this machine's root lies on, or whatever block device there is. */
function blockDevice(): string {
  const [major, minor] = readFileSync('/proc/partitions', 'utf8').split('\n')[2]?.trim().split(/\s+/) ?? [];
  return `${major} ${minor}`;
}

for (const user of ['nobody', 'root'])
  test.serial(
    `${user} with mknod makes no node of a block device, of memory or of the kernel's log, and reads none`,
    async (t) => {
      const nodes = { disk: `b ${blockDevice()}`, mem: 'c 1 1', kmsg: 'c 1 11', tun: 'c 10 200', fuse: 'c 10 229' };
      const tries = Object.entries(nodes).map(
        ([name, node]) => `mknod /tmp/${name} ${node} 2>/dev/null && echo made ${name}
        head -c 1 /tmp/${name} >/dev/null 2>&1 && echo read ${name}`,
      );
      t.is(await output(`${tries.join('\n')}\necho end`, ['mknod', 'dac_override'], user), 'end\n');
    },
  );

test.serial('the usual nodes work', async (t) => {
  const script = `echo x > /dev/null && head -c 1 /dev/zero | wc -c; head -c 2 /dev/urandom | wc -c; head -c 2 /dev/random | wc -c
    echo x 2>/dev/null > /dev/full || echo full; script -qec tty /dev/null | tr -d '\\r'`;
  t.is(await output(script, [], 'nobody'), '1\n2\n2\nfull\n/dev/pts/0\n');
});

test.serial('a launch on the host is refused what its list does not name', async (t) => {
  const zero = [{ type: 'c', major: 1, minor: 5, access: 'r' }] as const;
  const spec = bench.spec(
    'head -c 3 /dev/zero | wc -c; head -c 1 /dev/urandom || true; (: > /dev/zero) || echo end',
    { devices: zero },
    'host',
  );
  const handle = await bench.executor.launch({ ...spec, argv: ['sh', '-c', spec.argv[2] ?? ''] });
  await bench.executor.wait(handle.id);
  await bench.executor.destroy(handle.id);
  t.is(bench.log(handle), '3\nend\n');
  t.is(bench.log(handle, 'stderr').match(/Operation not permitted/g)?.length, 2);
});
