// Jobs that break one rule each: the rule, where we report it, and the job.

export interface BadJob {
  readonly name: string;
  /** Field path of our error. */
  readonly path: string;
  readonly hcl: string;
}

const TASK = 'task "t" {\n driver = "exec"\n}';
const G = 'group["g"]';
const T = `${G}.task["t"]`;

/** Lines in the job; the group and its task are there. */
const job = (name: string, path: string, lines: string, group = TASK): BadJob => {
  return { name, path, hcl: `job "j" {\n${lines}\ngroup "g" {\n${group}\n}\n}` };
};
const group = (name: string, path: string, lines: string, type = 'service'): BadJob => {
  const at = path === '' ? G : `${G}.${path}`;
  return job(name, at, `type = "${type}"`, `${lines}\n${TASK}`);
};
const task = (name: string, path: string, lines: string, outer = ''): BadJob => {
  const at = path === '' ? T : `${T}.${path}`;
  return job(name, at, '', `${outer}\ntask "t" {\ndriver = "exec"\n${lines}\n}`);
};
const resources = (name: string, path: string, lines: string) =>
  task(name, path === '' ? 'resources' : `resources.${path}`, `resources {\n${lines}\n}`);
const constraint = (name: string, path: string, lines: string) =>
  group(name, `constraint[0].${path}`, `constraint {\n${lines}\n}`);
const affinity = (name: string, path: string, lines: string) =>
  group(name, `affinity[0].${path}`, `affinity {\n${lines}\n}`);
const spread = (name: string, path: string, lines: string) => group(name, `spread[0].${path}`, `spread {\n${lines}\n}`);
const update = (name: string, path: string, lines: string) => group(name, `update.${path}`, `update {\n${lines}\n}`);
const restart = (name: string, path: string, lines: string) => group(name, `restart.${path}`, `restart {\n${lines}\n}`);
const reschedule = (name: string, path: string, lines: string) =>
  group(name, `reschedule.${path}`, `reschedule {\n${lines}\n}`, 'batch');
const NETWORK = 'network {\nport "p" {}\n}';
const service = (name: string, path: string, lines: string) =>
  group(name, path === '' ? 'service[0]' : `service[0].${path}`, `${NETWORK}\nservice {\nport = "p"\n${lines}\n}`);
const check = (name: string, path: string, lines: string, more = '') =>
  service(name, `check[0].${path}`, `${more}\ncheck {\n${lines}\n}`);
const taskService = (name: string, path: string, lines: string, more = '') =>
  task(name, `service[0].${path}`, `service {\n${lines}\n}\n${more}`, NETWORK);
const TIMES = 'interval = "10s"\ntimeout = "2s"';
const template = (name: string, path: string, lines: string) =>
  task(name, path === '' ? 'template[0]' : `template[0].${path}`, `template {\n${lines}\n}`);
const volume = (name: string, path: string, lines: string, more = '') =>
  group(name, `volume["v"].${path}`, `${more}\nvolume "v" {\n${lines}\n}`);
const CSI = 'type = "csi"\nsource = "s"';
const connect = (name: string, path: string, lines: string) =>
  group(
    name,
    path === '' ? 'service[0].connect' : `service[0].connect.${path}`,
    `network {\nmode = "bridge"\n}\nservice {\nport = "9000"\nname = "s"\nconnect {\n${lines}\n}\n}`,
  );
const identity = (name: string, path: string, lines: string) => task(name, path, `identity {\n${lines}\n}`);
const secret = (name: string, path: string, label: string, lines: string, more = '') =>
  task(name, path, `${more}\nsecret "${label}" {\n${lines}\n}`);

export const badJobs: readonly BadJob[] = [
  { name: 'job: no group', path: '', hcl: 'job "j" {\n}' },
  { name: 'job: blank in the id', path: 'id', hcl: `job "a b" {\ngroup "g" {\n${TASK}\n}\n}` },
  job('job: unknown type', 'type', 'type = "servce"'),
  job('job: priority 0', 'priority', 'priority = 0'),
  job('job: priority 101', 'priority', 'priority = 101'),
  job('job: empty datacenter', 'datacenters[0]', 'datacenters = [""]'),
  job('job: ui description too long', 'ui.description', `ui {\ndescription = "${'x'.repeat(1001)}"\n}`),
  job('job: two groups of one name', 'group["g"]', `group "g" {\n${TASK}\n}`),
  job('job: too many allocations', '', 'type = "batch"', `count = 50001\n${TASK}`),
  job('job: periodic service', 'periodic', 'periodic {\ncrons = ["@daily"]\n}'),
  job('job: periodic without times', 'periodic.crons', 'type = "batch"\nperiodic {\n}'),
  job('job: cron and crons', 'periodic.cron', 'type = "batch"\nperiodic {\ncron = "@daily"\ncrons = ["@daily"]\n}'),
  job('job: bad cron', 'periodic.crons[0]', 'type = "batch"\nperiodic {\ncrons = ["61 * * * *"]\n}'),
  job('job: bad old cron', 'periodic.cron', 'type = "batch"\nperiodic {\ncron = "* * *"\n}'),
  job(
    'job: bad time zone',
    'periodic.time_zone',
    'type = "batch"\nperiodic {\ncrons = ["@daily"]\ntime_zone = "Mars/X"\n}',
  ),
  job('job: parameterized service', 'parameterized', 'parameterized {\n}'),
  job('job: unknown payload', 'parameterized.payload', 'type = "batch"\nparameterized {\npayload = "may"\n}'),
  job(
    'job: meta both required and optional',
    'parameterized.meta_optional',
    'type = "batch"\nparameterized {\nmeta_required = ["a"]\nmeta_optional = ["a"]\n}',
  ),
  job('job: update of a batch job', 'update', 'type = "batch"\nupdate {\nmax_parallel = 2\n}'),
  job('job: migrate of a batch job', 'migrate', 'type = "batch"\nmigrate {\n}'),
  job('job: reschedule of a system job', 'reschedule', 'type = "system"\nreschedule {\ndelay = "10s"\n}'),
  job(
    'job: affinity of a system job',
    'affinity[0]',
    'type = "system"\naffinity {\nattribute = "${node.class}"\nvalue = "a"\n}',
  ),
  job('job: spread of a system job', 'spread[0]', 'type = "system"\nspread {\nattribute = "${node.class}"\n}'),
  job(
    'job: distinct property without a count',
    'constraint[0].value',
    'constraint {\ndistinct_property = "${meta.a}"\nvalue = "0"\n}',
  ),

  { name: 'group: no task', path: G, hcl: 'job "j" {\ngroup "g" {\n}\n}' },
  group('group: negative count', 'count', 'count = -1'),
  group('group: count of a system job', 'count', 'count = 2', 'system'),
  group('group: max_run_duration of a service', 'max_run_duration', 'max_run_duration = "1h"'),
  group('group: max_run_duration 0', 'max_run_duration', 'max_run_duration = "0s"', 'batch'),
  group('group: negative shutdown_delay', 'shutdown_delay', 'shutdown_delay = "-1s"'),
  group('group: disk too small', 'ephemeral_disk.size', 'ephemeral_disk {\nsize = 9\n}'),
  group('group: update of a batch group', 'update', 'update {\n}', 'batch'),
  group('group: migrate of a system group', 'migrate', 'migrate {\n}', 'system'),
  group('group: reschedule of a sysbatch group', 'reschedule', 'reschedule {\n}', 'sysbatch'),
  group('group: two tasks of one name', 'task["t"]', TASK),
  group(
    'group: lost_after and stop_on_client_after',
    'disconnect.stop_on_client_after',
    'disconnect {\nlost_after = "1m"\nstop_on_client_after = "1m"\n}',
  ),
  group(
    'group: stop_on_client_after of a system job',
    'disconnect.stop_on_client_after',
    'disconnect {\nstop_on_client_after = "1m"\n}',
    'system',
  ),
  group('group: negative lost_after', 'disconnect.lost_after', 'disconnect {\nlost_after = "-1s"\n}'),
  group('group: unknown reconcile', 'disconnect.reconcile', 'disconnect {\nreconcile = "best"\n}'),
  job(
    'group: two leaders',
    G,
    '',
    'task "a" {\ndriver = "exec"\nleader = true\n}\ntask "b" {\ndriver = "exec"\nleader = true\n}',
  ),
  group('group: scaling without max', 'scaling.max', 'scaling {\nmin = 1\n}'),
  group('group: scaling max below min', 'scaling.max', 'count = 4\nscaling {\nmin = 3\nmax = 2\n}'),
  group('group: count above scaling max', 'count', 'count = 5\nscaling {\nmax = 2\n}'),
  group('group: count below scaling min', 'count', 'count = 1\nscaling {\nmin = 2\nmax = 3\n}'),
  group('group: scaling of another type', 'scaling.type', 'scaling {\nmax = 2\ntype = "vertical_cpu"\n}'),

  constraint('constraint: no attribute', 'attribute', 'value = "a"'),
  constraint('constraint: no value', 'value', 'attribute = "${node.class}"'),
  constraint(
    'constraint: unknown operator',
    'operator',
    'attribute = "${node.class}"\noperator = "equals"\nvalue = "a"',
  ),
  constraint('constraint: bad pattern', 'value', 'attribute = "${node.class}"\nregexp = "(a"'),
  constraint('constraint: bad version', 'value', 'attribute = "${attr.a}"\nversion = "new"'),
  constraint('constraint: bad semver', 'value', 'attribute = "${attr.a}"\nsemver = "~~1"'),
  constraint('constraint: set_contains without a value', 'value', 'attribute = "${attr.a}"\noperator = "set_contains"'),
  constraint('constraint: is_set with a value', 'value', 'attribute = "${attr.a}"\noperator = "is_set"\nvalue = "b"'),
  constraint('constraint: unknown node attribute', 'attribute', 'attribute = "${node.nmae}"\nvalue = "b"'),
  constraint('constraint: unclosed attribute', 'attribute', 'attribute = "$attr.a"\nvalue = "b"'),
  task('constraint: distinct_hosts in a task', 'constraint[0].operator', 'constraint {\ndistinct_hosts = true\n}'),
  affinity('affinity: weight 0', 'weight', 'attribute = "${attr.a}"\nvalue = "b"\nweight = 0'),
  affinity('affinity: weight 101', 'weight', 'attribute = "${attr.a}"\nvalue = "b"\nweight = 101'),
  affinity('affinity: weight -101', 'weight', 'attribute = "${attr.a}"\nvalue = "b"\nweight = -101'),
  affinity('affinity: distinct_hosts', 'operator', 'attribute = "${attr.a}"\noperator = "distinct_hosts"\nvalue = "b"'),
  affinity('affinity: is_set', 'operator', 'attribute = "${attr.a}"\noperator = "is_set"'),
  affinity('affinity: no attribute', 'attribute', 'value = "b"'),
  spread('spread: no attribute', 'attribute', 'weight = 50'),
  spread('spread: weight 0', 'weight', 'attribute = "${attr.a}"\nweight = 0'),
  spread('spread: weight 101', 'weight', 'attribute = "${attr.a}"\nweight = 101'),
  spread(
    'spread: more than 100 percent',
    'target',
    'attribute = "${attr.a}"\ntarget "a" {\npercent = 60\n}\ntarget "b" {\npercent = 50\n}',
  ),
  spread(
    'spread: one target twice',
    'target',
    'attribute = "${attr.a}"\ntarget "a" {\npercent = 10\n}\ntarget "a" {\npercent = 10\n}',
  ),

  update('update: unknown health check', 'health_check', 'health_check = "tasks"'),
  update('update: negative max_parallel', 'max_parallel', 'max_parallel = -1'),
  update('update: negative canary', 'canary', 'canary = -1'),
  update('update: auto_promote without canaries', 'auto_promote', 'auto_promote = true'),
  update('update: healthy_deadline 0', 'healthy_deadline', 'healthy_deadline = "0s"\nmin_healthy_time = "0s"'),
  update('update: healthy_deadline not above min_healthy_time', 'healthy_deadline', 'min_healthy_time = "5m"'),
  update('update: progress_deadline not above healthy_deadline', 'progress_deadline', 'progress_deadline = "5m"'),
  update('update: the same with max_parallel 0', 'progress_deadline', 'max_parallel = 0\nprogress_deadline = "5m"'),
  update('update: stagger 0', 'stagger', 'stagger = "0s"'),
  restart('restart: unknown mode', 'mode', 'mode = "never"'),
  restart('restart: interval too short', 'interval', 'interval = "4s"\nattempts = 0'),
  restart('restart: delay mode without attempts', 'mode', 'attempts = 0\nmode = "delay"'),
  restart('restart: attempts do not fit', 'interval', 'attempts = 10\ndelay = "1m"\ninterval = "5m"'),
  reschedule('reschedule: delay too short', 'delay', 'delay = "1s"'),
  reschedule('reschedule: unknown function', 'delay_function', 'delay_function = "linear"'),
  reschedule(
    'reschedule: max_delay below delay',
    'max_delay',
    'delay = "1m"\nmax_delay = "30s"\ndelay_function = "exponential"',
  ),
  reschedule('reschedule: unlimited with attempts', 'unlimited', 'unlimited = true\nattempts = 3'),
  reschedule('reschedule: interval too short', 'interval', 'attempts = 1\ninterval = "10s"'),
  reschedule('reschedule: attempts do not fit', 'interval', 'attempts = 10\ninterval = "1m"\ndelay = "20s"'),
  group('migrate: unknown health check', 'migrate.health_check', 'migrate {\nhealth_check = "manual"\n}'),
  group('migrate: negative max_parallel', 'migrate.max_parallel', 'migrate {\nmax_parallel = -1\n}'),
  group(
    'migrate: deadline below min_healthy_time',
    'migrate.healthy_deadline',
    'migrate {\nmin_healthy_time = "1m"\nhealthy_deadline = "30s"\n}',
  ),

  group('network: one port twice', 'network[0].port["p"]', 'network {\nport "p" {}\nport "p" {\nstatic = 80\n}\n}'),
  group(
    'network: one static port twice',
    'network[0].port["b"].static',
    'network {\nport "a" {\nstatic = 80\n}\nport "b" {\nstatic = 80\n}\n}',
  ),
  group('network: port too large', 'network[0].port["a"].static', 'network {\nport "a" {\nstatic = 65536\n}\n}'),
  group('network: to too large', 'network[0].port["a"].to', 'network {\nport "a" {\nto = 65536\n}\n}'),
  group('network: to -2', 'network[0].port["a"].to', 'network {\nport "a" {\nto = -2\n}\n}'),
  group(
    'network: ignore_collision in a bridge',
    'network[0].port["a"].ignore_collision',
    'network {\nmode = "bridge"\nport "a" {\nstatic = 80\nignore_collision = true\n}\n}',
  ),
  group(
    'network: semicolon in a CNI argument',
    'network[0].cni',
    'network {\nmode = "cni/x"\ncni {\nargs = { a = "b;c" }\n}\n}',
  ),
  group(
    'network: bad host name',
    'network[0].hostname',
    `network {\nmode = "bridge"\nhostname = "${'a'.repeat(70)}.x"\n}`,
  ),

  service('service: bad name', 'name', 'name = "a_b"'),
  service('service: unknown provider', 'provider', 'provider = "eureka"'),
  service('service: unknown address_mode', 'address_mode', 'address_mode = "none"'),
  service('service: address with a mode', 'address_mode', 'address = "1.2.3.4"\naddress_mode = "host"'),
  service('service: driver mode in a group', 'address_mode', 'address_mode = "driver"'),
  service('service: unknown on_update', 'on_update', 'on_update = "never"'),
  service('service: unknown kind', 'kind', 'kind = "gateway"'),
  service('service: identity without audience', 'identity.aud', 'identity {\n}'),
  group(
    'service: two providers',
    'service[1].provider',
    `${NETWORK}\nservice {\nname = "a"\nport = "p"\n}\nservice {\nname = "b"\nport = "p"\nprovider = "nomad"\n}`,
  ),
  group(
    'service: given twice',
    'service[1]',
    `${NETWORK}\nservice {\nname = "a"\nport = "p"\n}\nservice {\nname = "a"\nport = "p"\n}`,
  ),
  taskService('service: alloc mode in a task', 'address_mode', 'name = "a"\nport = "p"\naddress_mode = "alloc"'),
  taskService('service: unknown port in a task', 'port', 'name = "a"\nport = "q"'),
  taskService('service: of another task', 'task', 'name = "a"\nport = "p"\ntask = "x"'),
  taskService('service: connect in a task', 'connect', 'name = "a"\nport = "p"\nconnect {\nnative = true\n}'),
  check('check: unknown type', 'type', `type = "udp"\n${TIMES}`),
  check('check: http without a path', 'path', `type = "http"\n${TIMES}`),
  check('check: http with an absolute path', 'path', `type = "http"\npath = "http://x/y"\n${TIMES}`),
  check('check: no interval', 'interval', 'type = "tcp"\ntimeout = "2s"'),
  check('check: interval too short', 'interval', 'type = "tcp"\ninterval = "0.5s"\ntimeout = "2s"'),
  check('check: no timeout', 'timeout', 'type = "tcp"\ninterval = "2s"'),
  check('check: timeout too short', 'timeout', 'type = "tcp"\ninterval = "2s"\ntimeout = "0.5s"'),
  check('check: script without a command', 'command', `type = "script"\ntask = "t"\n${TIMES}`),
  check('check: script without a task', 'task', `type = "script"\ncommand = "x"\n${TIMES}`),
  check('check: script in an unknown task', 'task', `type = "script"\ncommand = "x"\ntask = "u"\n${TIMES}`),
  check('check: unknown initial_status', 'initial_status', `type = "tcp"\ninitial_status = "ok"\n${TIMES}`),
  check('check: unknown address_mode', 'address_mode', `type = "tcp"\naddress_mode = "auto"\n${TIMES}`),
  check('check: unknown on_update', 'on_update', `type = "tcp"\non_update = "x"\n${TIMES}`),
  check(
    'check: check_restart with on_update ignore',
    'check_restart',
    `type = "tcp"\non_update = "ignore"\n${TIMES}\ncheck_restart {\nlimit = 1\n}`,
  ),
  check(
    'check: check_restart with ignore_warnings',
    'check_restart',
    `type = "tcp"\non_update = "ignore_warnings"\n${TIMES}\ncheck_restart {\nlimit = 1\n}`,
  ),
  check('check: negative limit', 'check_restart.limit', `type = "tcp"\n${TIMES}\ncheck_restart {\nlimit = -1\n}`),
  check('check: negative grace', 'check_restart.grace', `type = "tcp"\n${TIMES}\ncheck_restart {\ngrace = "-1s"\n}`),
  check('check: expose of a tcp check', 'expose', `type = "tcp"\nexpose = true\n${TIMES}`),
  check(
    'check: thresholds of a script',
    'success_before_passing',
    `type = "script"\ncommand = "x"\ntask = "t"\nsuccess_before_passing = 2\n${TIMES}`,
  ),
  check('check: notes too long', 'notes', `type = "tcp"\nnotes = "${'x'.repeat(256)}"\n${TIMES}`),
  check(
    'check: nomad and script',
    'type',
    `type = "script"\ncommand = "x"\ntask = "t"\n${TIMES}`,
    'provider = "nomad"',
  ),
  check('check: nomad and grpc', 'type', `type = "grpc"\n${TIMES}`, 'provider = "nomad"'),
  check(
    'check: nomad and expose',
    'expose',
    `type = "http"\npath = "/"\nexpose = true\n${TIMES}`,
    'provider = "nomad"',
  ),
  check(
    'check: nomad and thresholds',
    'failures_before_critical',
    `type = "tcp"\nfailures_before_critical = 2\n${TIMES}`,
    'provider = "nomad"',
  ),
  check(
    'check: nomad and tls_server_name',
    'tls_server_name',
    `type = "http"\npath = "/"\ntls_server_name = "x"\n${TIMES}`,
    'provider = "nomad"',
  ),
  check(
    'check: nomad and ignore_warnings',
    'on_update',
    `type = "tcp"\non_update = "ignore_warnings"\n${TIMES}`,
    'provider = "nomad"',
  ),
  check(
    'check: nomad and an unknown method',
    'method',
    `type = "http"\npath = "/"\nmethod = "FETCH"\n${TIMES}`,
    'provider = "nomad"',
  ),
  check(
    'check: nomad and driver mode',
    'address_mode',
    `type = "tcp"\naddress_mode = "driver"\n${TIMES}`,
    'provider = "nomad"',
  ),
  taskService('check: number as port', 'check[0].port', `name = "a"\ncheck {\ntype = "tcp"\nport = "80"\n${TIMES}\n}`),
  taskService('check: unknown port', 'check[0].port', `name = "a"\ncheck {\ntype = "tcp"\nport = "q"\n${TIMES}\n}`),
  taskService('check: no port', 'check[0].port', `name = "a"\ncheck {\ntype = "tcp"\n${TIMES}\n}`),
  taskService(
    'check: two of one name',
    'check[1].name',
    `name = "a"\nport = "p"\ncheck {\ntype = "tcp"\n${TIMES}\n}\ncheck {\ntype = "tcp"\n${TIMES}\n}`,
  ),
  connect('connect: nothing', '', ''),
  connect('connect: native and sidecar', '', 'native = true\nsidecar_service {}'),
  connect(
    'connect: bad uid',
    'sidecar_service.proxy.transparent_proxy.uid',
    'sidecar_service {\nproxy {\ntransparent_proxy {\nuid = "root"\n}\n}\n}',
  ),
  connect(
    'connect: bad network',
    'sidecar_service.proxy.transparent_proxy.exclude_outbound_cidrs[0]',
    'sidecar_service {\nproxy {\ntransparent_proxy {\nexclude_outbound_cidrs = ["10"]\n}\n}\n}',
  ),
  job(
    'connect: native without a task',
    `${G}.service[0].task`,
    '',
    `${NETWORK}\nservice {\nport = "p"\nconnect {\nnative = true\n}\n}\n${TASK}\ntask "u" {\ndriver = "exec"\n}`,
  ),
  service('connect: with provider nomad', 'connect', 'provider = "nomad"\nconnect {\nsidecar_service {}\n}'),
  connect('gateway: no kind', 'gateway', 'gateway {\nproxy {}\n}'),
  connect('gateway: ingress without a listener', 'gateway.ingress.listener', 'gateway {\nproxy {}\ningress {}\n}'),
  connect(
    'gateway: terminating without a service',
    'gateway.terminating.service',
    'gateway {\nproxy {}\nterminating {}\n}',
  ),
  connect(
    'gateway: key without certificate',
    'gateway.terminating.service[0].key_file',
    'gateway {\nproxy {}\nterminating {\nservice {\nname = "a"\nca_file = "c"\nkey_file = "k"\n}\n}\n}',
  ),
  connect(
    'gateway: listener without a service',
    'gateway.ingress.listener[0].service',
    'gateway {\nproxy {}\ningress {\nlistener {\nport = 80\n}\n}\n}',
  ),
  connect(
    'gateway: all services by tcp',
    'gateway.ingress.listener[0].service[0].name',
    'gateway {\nproxy {}\ningress {\nlistener {\nport = 80\nservice {\nname = "*"\n}\n}\n}\n}',
  ),

  volume('volume: unknown type', 'type', 'type = "nfs"\nsource = "s"'),
  volume('volume: no source', 'source', 'type = "host"'),
  volume(
    'volume: reader that writes',
    'read_only',
    'type = "host"\nsource = "s"\naccess_mode = "single-node-reader-only"',
  ),
  volume(
    'volume: host volume of several nodes',
    'access_mode',
    'type = "host"\nsource = "s"\naccess_mode = "multi-node-multi-writer"',
  ),
  volume('volume: mount options of a host volume', 'mount_options', 'type = "host"\nsource = "s"\nmount_options {\n}'),
  volume('volume: per_alloc and sticky', 'sticky', 'type = "host"\nsource = "s"\nper_alloc = true\nsticky = true'),
  volume(
    'volume: per_alloc and canaries',
    'per_alloc',
    'type = "host"\nsource = "s"\nper_alloc = true',
    'update {\ncanary = 1\n}',
  ),
  volume('volume: CSI without attachment_mode', 'attachment_mode', `${CSI}\naccess_mode = "single-node-writer"`),
  volume('volume: CSI without access_mode', 'access_mode', `${CSI}\nattachment_mode = "file-system"`),
  volume(
    'volume: options of a block device',
    'mount_options',
    `${CSI}\nattachment_mode = "block-device"\naccess_mode = "single-node-writer"\nmount_options {\n}`,
  ),
  volume(
    'volume: one writer, several allocations',
    'access_mode',
    `${CSI}\nattachment_mode = "file-system"\naccess_mode = "single-node-writer"`,
    'count = 2',
  ),
  task('volume_mount: unknown volume', 'volume_mount[0].volume', 'volume_mount {\nvolume = "v"\ndestination = "/d"\n}'),
  task(
    'volume_mount: unknown propagation',
    'volume_mount[0].propagation_mode',
    'volume_mount {\nvolume = "v"\ndestination = "/d"\npropagation_mode = "shared"\n}',
    'volume "v" {\ntype = "host"\nsource = "s"\n}',
  ),
  task(
    'volume_mount: unknown label',
    'volume_mount[0].selinux_label',
    'volume_mount {\nvolume = "v"\ndestination = "/d"\nselinux_label = "q"\n}',
    'volume "v" {\ntype = "host"\nsource = "s"\n}',
  ),

  job('task: no driver', `${T}.driver`, '', 'task "t" {\n}'),
  job('task: named alloc', `${G}.task["alloc"]`, '', 'task "alloc" {\ndriver = "exec"\n}'),
  job('task: slash in the name', `${G}.task["a/b"]`, '', 'task "a/b" {\ndriver = "exec"\n}'),
  task('task: negative kill_timeout', 'kill_timeout', 'kill_timeout = "-1s"'),
  task('task: negative shutdown_delay', 'shutdown_delay', 'shutdown_delay = "-1s"'),
  task('task: kill_timeout above progress_deadline', 'kill_timeout', 'kill_timeout = "11m"'),
  task('task: logs do not fit in the disk', 'logs', 'logs {\nmax_files = 100\n}'),
  task('task: no log file', 'logs.max_files', 'logs {\nmax_files = 0\n}'),
  task('task: log files of 0 MB', 'logs.max_file_size', 'logs {\nmax_file_size = 0\n}'),
  task('task: unknown hook', 'lifecycle.hook', 'lifecycle {\nhook = "before"\n}', 'task "m" {\ndriver = "exec"\n}'),
  task('task: action without a command', 'action["a"].command', 'action "a" {\n}'),
  task('task: one action twice', 'action["a"]', 'action "a" {\ncommand = "x"\n}\naction "a" {\ncommand = "x"\n}'),
  task('task: blank in the name of an action', 'action["a b"]', 'action "a b" {\ncommand = "x"\n}'),
  task('task: payload outside', 'dispatch_payload.file', 'dispatch_payload {\nfile = "../../../x"\n}'),
  task('task: artifact without a source', 'artifact[0].source', 'artifact {\n}'),
  task('task: unknown mode of an artifact', 'artifact[0].mode', 'artifact {\nsource = "http://x"\nmode = "zip"\n}'),
  task(
    'task: artifact outside',
    'artifact[0].destination',
    'artifact {\nsource = "http://x"\ndestination = "../../x"\n}',
  ),
  task(
    'task: artifact with a bad checksum',
    'artifact[0].options.checksum',
    'artifact {\nsource = "http://x"\noptions {\nchecksum = "md5:1"\n}\n}',
  ),
  task('task: unknown change_mode of vault', 'vault.change_mode', 'vault {\nchange_mode = "kill"\n}'),
  task('task: CSI plugin without an id', 'csi_plugin.id', 'csi_plugin {\ntype = "node"\n}'),
  task('task: unknown CSI plugin', 'csi_plugin.type', 'csi_plugin {\nid = "a"\ntype = "x"\n}'),
  task(
    'task: CSI directories inside each other',
    'csi_plugin.stage_publish_base_dir',
    'csi_plugin {\nid = "a"\ntype = "node"\nmount_dir = "/csi"\nstage_publish_base_dir = "/csi/x"\n}',
  ),
  task('task: unknown scaling', 'scaling["disk"]', 'scaling "disk" {\nmax = 2\n}'),
  task('task: scaling of another type', 'scaling["cpu"].type', 'scaling "cpu" {\nmax = 2\ntype = "vertical_mem"\n}'),
  task('task: one scaling twice', 'scaling["cpu"]', 'scaling "cpu" {\nmax = 2\n}\nscaling "cpu" {\nmax = 2\n}'),

  resources('resources: cpu and cores', 'cores', 'cpu = 100\ncores = 1'),
  resources('resources: no cpu', 'cpu', 'cpu = 0'),
  resources('resources: negative cores', 'cores', 'cores = -1'),
  resources('resources: memory too small', 'memory', 'memory = 9'),
  resources('resources: memory_max below memory', 'memory_max', 'memory = 100\nmemory_max = 50'),
  resources('resources: secrets above memory', 'secrets', 'memory = 100\nsecrets = 200'),
  resources('resources: negative secrets', 'secrets', 'secrets = -1'),
  resources('resources: unknown numa affinity', 'numa.affinity', 'numa {\naffinity = "must"\n}'),
  resources(
    'resources: numa device that is not asked for',
    'numa.devices[0]',
    'cores = 1\nnuma {\naffinity = "none"\ndevices = ["gpu"]\n}',
  ),
  resources(
    'resources: distinct device',
    'device["gpu"].constraint[0].operator',
    'device "gpu" {\nconstraint {\ndistinct_hosts = true\n}\n}',
  ),

  template('template: no data', '', 'destination = "local/a"'),
  template('template: no destination', 'destination', 'data = "a"'),
  template('template: outside', 'destination', 'data = "a"\ndestination = "../../x"'),
  template('template: unknown change_mode', 'change_mode', 'data = "a"\ndestination = "local/a"\nchange_mode = "kill"'),
  template(
    'template: script without a script',
    'change_script',
    'data = "a"\ndestination = "local/a"\nchange_mode = "script"',
  ),
  template(
    'template: signal and env',
    'change_mode',
    'data = "a"\ndestination = "local/a"\nchange_mode = "signal"\nenv = true',
  ),
  template('template: bad perms', 'perms', 'data = "a"\ndestination = "local/a"\nperms = "rwx"'),
  template('template: negative splay', 'splay', 'data = "a"\ndestination = "local/a"\nsplay = "-1s"'),
  template(
    'template: wait min above max',
    'wait.min',
    'data = "a"\ndestination = "local/a"\nwait {\nmin = "10s"\nmax = "5s"\n}',
  ),
  task(
    'template: two of one destination',
    'template[1].destination',
    'template {\ndata = "a"\ndestination = "local/a"\n}\ntemplate {\ndata = "a"\ndestination = "local/a"\n}',
  ),

  identity('identity: bad name', 'identity[0].name', 'name = "a b"\naud = ["x"]'),
  identity('identity: ttl of the default', 'default_identity.ttl', 'ttl = "1h"'),
  identity('identity: signal without a signal', 'default_identity.change_signal', 'change_mode = "signal"'),
  identity('identity: signal without the mode', 'default_identity.change_signal', 'change_signal = "SIGHUP"'),
  identity('identity: unknown mode', 'default_identity.change_mode', 'change_mode = "kill"'),
  identity('identity: filepath without file', 'default_identity.filepath', 'filepath = "x"'),
  identity('identity: empty audience', 'identity[0].aud', 'name = "a"\naud = [""]'),
  task('identity: two default ones', 'identity', 'identity {\n}\nidentity {\n}'),
  secret('secret: bad name', 'secret["a-b"]', 'a-b', 'provider = "nomad"\npath = "p"'),
  secret('secret: no provider', 'secret["a"].provider', 'a', 'path = "p"'),
  secret('secret: no path', 'secret["a"].path', 'a', 'provider = "nomad"'),
  secret(
    'secret: env of a built-in provider',
    'secret["a"].env',
    'a',
    'provider = "nomad"\npath = "p"\nenv {\na = "b"\n}',
  ),
  secret('secret: config of a plugin', 'secret["a"].config', 'a', 'provider = "x"\npath = "p"\nconfig {\na = "b"\n}'),
  secret('secret: from Vault without vault', 'secret["a"].provider', 'a', 'provider = "vault"\npath = "p"'),
  secret(
    'secret: one twice',
    'secret["a"]',
    'a',
    'provider = "nomad"\npath = "p"',
    'secret "a" {\nprovider = "nomad"\npath = "p"\n}',
  ),

  // What we refuse and the peer may not.
  { name: 'ours: tab in the id', path: 'id', hcl: `job "a\\tb" {\ngroup "g" {\n${TASK}\n}\n}` },
  task(
    'ours: leader with a lifecycle',
    'leader',
    'leader = true\nlifecycle {\nhook = "prestart"\n}',
    'task "m" {\ndriver = "exec"\n}',
  ),
  task(
    'ours: poststop sidecar',
    'lifecycle.sidecar',
    'lifecycle {\nhook = "poststop"\nsidecar = true\n}',
    'task "m" {\ndriver = "exec"\n}',
  ),
  group('ours: blank in the name of a port', 'network[0].port["a b"]', 'network {\nport "a b" {}\n}'),
  group('ours: ports without a network', 'network[0].port', 'network {\nmode = "none"\nport "a" {}\n}'),
  group('ours: host name of the host network', 'network[0].hostname', 'network {\nhostname = "a"\n}'),
  group('ours: unknown network mode', 'network[0].mode', 'network {\nmode = "brigde"\n}'),
  job('ours: slash in the name of a group', 'group["a/b"]', `group "a/b" {\n${TASK}\n}`),
  check('ours: header that is no list', 'header.A', `type = "tcp"\nheader {\nA = "b"\n}\n${TIMES}`),
  task('ours: kill_signal that is no name', 'kill_signal', 'kill_signal = "15"'),
  group('ours: affinity without a value', 'affinity[0].value', 'affinity {\nattribute = "${attr.a}"\n}'),
];
