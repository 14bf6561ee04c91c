import { readFileSync } from 'node:fs';
import test from 'ava';
import { defaultAgentConfig, devConfig } from './agent-config.ts';
import { checkConfig, readConfigText } from './read-config.ts';

test('readConfigText reads what an operator writes and keeps the defaults', (t) => {
  const config = readConfigText(
    'a.hcl',
    `
datacenter = "home"
data_dir   = "/srv/orch"
ports { http = 5646 }
server { enabled = true }
client {
  enabled = true
  meta { rack = "r1" }
  options = {
    "env.denylist" = "MY_NAME, OTHER"
  }
  reserved {
    cpu = 500
    reserved_ports = "22,8500-8502"
  }
}
plugin "docker" {
  config {
    volumes { enabled = true }
    allow_caps = ["chown"]
  }
}
`,
  );
  t.is(config.datacenter, 'home');
  t.is(config.httpPort, 5646);
  t.is(config.region, defaultAgentConfig.region);
  t.deepEqual(config.client.meta, { rack: 'r1' });
  t.deepEqual(config.client.envDenylist, ['MY_NAME', 'OTHER']);
  t.deepEqual(config.client.reserved, { cpuMhz: 500, memoryMiB: 0, diskMiB: 0, ports: [22, 8500, 8501, 8502] });
  t.deepEqual(config.plugins, { docker: { volumes: { enabled: true }, allow_caps: ['chown'] } });
  t.notThrows(() => checkConfig(config));
});

test('options of the client that orch does not have are refused', (t) => {
  for (const options of ['{ "user.blacklist" = "root" }', '{ "user.denylist" = 0 }', '"env.denylist"', '{}', '["x"]']) {
    t.throws(() => readConfigText('a.hcl', `client {\n  options = ${options}\n}\n`), {
      message: /"options" wants a map of lists like .*options: env\.denylist, user\.denylist, user\.checked_drivers/,
    });
  }
});

test('require_isolation takes names of pieces alone', (t) => {
  const read = (list: string) => readConfigText('a.hcl', `client {\n  require_isolation = ${list}\n}\n`).client;
  t.deepEqual(defaultAgentConfig.client.requireIsolation, []);
  t.deepEqual(read('["seccomp", "devices"]').requireIsolation, ['seccomp', 'devices']);
  for (const wrong of ['["selinux"]', '"seccomp"', '[1]'])
    t.throws(() => read(wrong), { message: /"require_isolation" wants a list of root, seccomp, devices/ });
});

test('who tasks may not be, and whose tasks, is Nomad’s default until the options say otherwise', (t) => {
  t.deepEqual(defaultAgentConfig.client.userDenylist, ['root', 'Administrator']);
  t.deepEqual(defaultAgentConfig.client.userCheckedDrivers, ['exec', 'qemu', 'java']);
  const read = (options: string) => readConfigText('a.hcl', `client {\n  options = ${options}\n}\n`).client;
  t.like(read('{ "user.denylist" = "root, www-data", "user.checked_drivers" = "exec,raw_exec" }'), {
    userDenylist: ['root', 'www-data'],
    userCheckedDrivers: ['exec', 'raw_exec'],
  });
  t.deepEqual(read('{ "user.denylist" = "" }').userDenylist, []);
});

test('readConfigText reports every problem with its place and the mend', (t) => {
  const error = t.throws(
    () => readConfigText('a.hcl', 'datacentre = "x"\nports {\n  http = "80"\n}\nclient = true\n'),
    { code: 'bad-config' },
  );
  t.regex(error.message, /a\.hcl:1:1: error: Unknown attribute/);
  t.regex(error.message, /did you mean "datacenter"\?/);
  t.regex(error.message, /a\.hcl:3:10: error: Wrong value\n[\s\S]*"http" wants a whole number from 1 to 65535/);
  t.regex(error.message, /a\.hcl:5:1: error: Unknown attribute\n[\s\S]*as a block, client \{ … \}/);
});

test('checkConfig refuses an agent without a role and a bind beyond loopback', (t) => {
  t.throws(() => checkConfig(defaultAgentConfig), { message: /neither "server" nor "client"/ });
  const both = {
    ...defaultAgentConfig,
    server: { enabled: true },
    client: { ...defaultAgentConfig.client, enabled: true },
  };
  t.throws(() => checkConfig({ ...both, bindAddress: '0.0.0.0' }), { message: /without TLS/ });
});

test('TCP is closed until it has a port, and what only says how it is open is refused without one', (t) => {
  const roles = 'server { enabled = true }\n';
  const read = (text: string) => readConfigText('a.hcl', roles + text);
  t.is(read('').httpPort, undefined);
  t.deepEqual(read('').http, { group: 'orch', openLoopback: false });
  t.notThrows(() => checkConfig(read('')));
  t.notThrows(() => checkConfig(read('ports { http = 4646 }\nbind_addr = "127.0.0.2"\n')));
  t.notThrows(() => checkConfig(read('ports { http = 4646 }\nhttp { open_loopback = true }\n')));
  for (const [text, says] of [
    ['bind_addr = "127.0.0.1"', /^bind_addr says how TCP is open, and it is not/],
    ['http { open_loopback = true }', /^http \{ open_loopback \} says how TCP is open/],
  ] as const)
    t.throws(() => checkConfig(read(`${text}\n`)), { code: 'bad-config', message: says });
  t.is(devConfig('/x').httpPort, 4646);
  t.true(devConfig('/x').http.openLoopback);
});

test('http takes a directory by its full path, a group by its name, and nothing else', (t) => {
  const { http } = readConfigText('a.hcl', 'http {\n  socket_dir = "/run/orchb"\n  group = "ops"\n}\n');
  t.deepEqual(http, { socketDir: '/run/orchb', group: 'ops', openLoopback: false });
  for (const dir of ['run', '/run/../tmp', '/run/', '', '//run'])
    t.throws(() => readConfigText('a.hcl', `http {\n  socket_dir = "${dir}"\n}\n`), {
      message: /a\.hcl:2:16: error: Wrong value\n[\s\S]*"socket_dir" wants the full path/,
    });
  t.throws(() => readConfigText('a.hcl', 'http {\n  group = "-x"\n}\n'), {
    message: /"group" wants the name of a group/,
  });
  t.throws(() => readConfigText('a.hcl', 'http {\n  token = "x"\n}\n'), {
    message: /a\.hcl:2:3: error: Unknown attribute\n[\s\S]*known here: open_loopback, socket_dir, group/,
  });
});

test('the example configuration in packaging/ is accepted', (t) => {
  const file = new URL('../../../../../packaging/orch.hcl', import.meta.url);
  const config = readConfigText('orch.hcl', readFileSync(file, 'utf8'));
  t.notThrows(() => checkConfig(config));
  t.deepEqual(config.client.reserved.ports, [22]);
});

test('readConfigText reads the limits of garbage collection and refuses what is no duration', (t) => {
  const text = `
server {
  enabled          = true
  job_gc_interval  = "30s"
  job_gc_threshold = "1h30m"
}
client {
  gc_interval             = "10s"
  gc_disk_usage_threshold = 70
  max_kill_timeout        = "1m30s"
}
`;
  const config = readConfigText('a.hcl', text);
  t.deepEqual(config.server, { enabled: true, gc: { intervalMs: 30_000, jobMs: 5_400_000 } });
  t.like(config.client, { gcIntervalMs: 10_000, gcDiskUsedPercent: 70, maxKillTimeoutMs: 90_000 });
  const error = t.throws(() => readConfigText('a.hcl', 'client {\n  gc_interval = "0s"\n  max_kill_timeout = 5\n}\n'));
  t.regex(error.message, /a\.hcl:2:17: error: Wrong value\n[\s\S]*"gc_interval" wants a duration of at least 1s/);
  t.regex(error.message, /a\.hcl:3:22: error: Wrong value/);
});

test('checkConfig refuses names that a server would not take of a node', (t) => {
  const client = { ...defaultAgentConfig.client, enabled: true };
  const good = { ...defaultAgentConfig, server: { enabled: true }, client };
  t.notThrows(() => checkConfig(good));
  for (const [config, message] of [
    [{ ...good, name: 'a\u001b' }, /^name "a\\u001b" contains U\+001B/],
    [{ ...good, name: '' }, /^name "" is empty/],
    [{ ...good, datacenter: '..' }, /^datacenter/],
    [{ ...good, region: 'a b' }, /^region/],
    [{ ...good, client: { ...client, nodePool: 'a\n' } }, /^node_pool/],
    [{ ...good, client: { ...client, nodeClass: '\u202e' } }, /^node_class/],
    [{ ...good, client: { ...client, meta: { 'a\n': 'b' } } }, /^a key of meta/],
  ] as const)
    t.throws(() => checkConfig(config), { message });
});
