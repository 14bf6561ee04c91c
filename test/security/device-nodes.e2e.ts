// Device nodes of launches: what the kernel refuses them, whatever capability they keep and whoever they run as, by both
// ways of telling it.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { type LaunchBench, makeLaunchBench } from '../e2e/exec/launch-bench.ts';

const CONTROLS = ['bpf', 'v1'] as const;
let benches: Readonly<Record<(typeof CONTROLS)[number], LaunchBench>>;
test.before(async () => {
  benches = {
    bpf: await makeLaunchBench({ deviceControl: 'bpf' }),
    v1: await makeLaunchBench({ deviceControl: 'v1' }),
  };
});
test.after.always(async () => {
  for (const control of CONTROLS) await benches?.[control].close();
});

async function output(
  bench: LaunchBench,
  script: string,
  capabilities: readonly string[],
  user: string,
): Promise<string> {
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

for (const control of CONTROLS) {
  test.serial(`${control}: the machine has it`, (t) => {
    t.is(benches[control].executor.isolation.devices, control);
  });

  for (const user of ['nobody', 'root'])
    test.serial(
      `${control}: ${user} with mknod makes no node of a block device, of memory or of the kernel's log, and reads none`,
      async (t) => {
        const nodes = { disk: `b ${blockDevice()}`, mem: 'c 1 1', kmsg: 'c 1 11', tun: 'c 10 200', fuse: 'c 10 229' };
        const tries = Object.entries(nodes).map(
          ([name, node]) => `mknod /tmp/${name} ${node} 2>/dev/null && echo made ${name}
        head -c 1 /tmp/${name} >/dev/null 2>&1 && echo read ${name}`,
        );
        const script = `${tries.join('\n')}\necho end`;
        t.is(await output(benches[control], script, ['mknod', 'dac_override'], user), 'end\n');
      },
    );

  test.serial(`${control}: the usual nodes work`, async (t) => {
    const script = `echo x > /dev/null && head -c 1 /dev/zero | wc -c; head -c 2 /dev/urandom | wc -c; head -c 2 /dev/random | wc -c
    echo x 2>/dev/null > /dev/full || echo full; script -qec tty /dev/null | tr -d '\\r'`;
    t.is(await output(benches[control], script, [], 'nobody'), '1\n2\n2\nfull\n/dev/pts/0\n');
  });

  test.serial(
    `${control}: a launch on the host is refused what its list does not name, a command inside it too`,
    async (t) => {
      const bench = benches[control];
      const zero = [{ type: 'c', major: 1, minor: 5, access: 'r' }] as const;
      const tries = 'head -c 3 /dev/zero | wc -c; head -c 1 /dev/urandom || true; (: > /dev/zero) || echo end';
      const handle = await bench.sh(`${tries}; exec sleep 1000 <&-`, { devices: zero }, 'host');
      // Its own input would be the machine's /dev/null, which is not in the list.
      const session = await bench.executor.exec(handle.id, { command: ['sh', '-c', tries], tty: false });
      session.end();
      const seen = { stdout: '', stderr: '' };
      for await (const { stream, data } of session.output) seen[stream] += Buffer.from(data).toString();
      for (const [stdout, stderr] of [
        [bench.log(handle), bench.log(handle, 'stderr')],
        [seen.stdout, seen.stderr],
      ] as const) {
        t.is(stdout, '3\nend\n');
        t.is(stderr.match(/Operation not permitted/g)?.length, 2);
      }
    },
  );
}
