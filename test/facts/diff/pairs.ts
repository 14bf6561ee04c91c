// Pairs of job versions. What a Nomad 2.0.5 server answers to their plans is in peer.jsonl, written by record.ts.

export interface DiffPair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What is put into the plain job: text for the job, its group and its task, before and after. */
interface Changes {
  readonly type?: string;
  readonly job?: Change;
  readonly group?: Change;
  readonly task?: Change;
  readonly driver?: Change;
  readonly config?: Change;
}

/** Text before and after; one text stands on both sides. */
type Change = string | readonly [string, string];

const defaultConfig = 'command = "/bin/sleep"\n args = ["1000"]';

function jobText(changes: Changes, side: 0 | 1): string {
  const at = (change: Change | undefined, otherwise = '') =>
    change === undefined ? otherwise : typeof change === 'string' ? change : change[side];
  return `job "pair" {
  type = "${changes.type ?? 'service'}"
  ${at(changes.job)}
  group "g" {
    ${at(changes.group)}
    task "t" {
      driver = "${at(changes.driver, 'raw_exec')}"
      config {
        ${at(changes.config, defaultConfig)}
      }
      ${at(changes.task)}
    }
  }
}
`;
}

function pair(name: string, changes: Changes): DiffPair {
  return { name, before: jobText(changes, 0), after: jobText(changes, 1) };
}

const service = (inner: string) => `service {\n name = "web"\n provider = "nomad"\n port = "http"\n ${inner}\n}\n`;
const http = 'network {\n port "http" {}\n}\n';
const check = (inner: string) =>
  service(`check {\n type = "http"\n path = "/"\n interval = "10s"\n timeout = "2s"\n ${inner}\n}`);
const sideTask = (name: string, inner = '') =>
  `task "${name}" {\n driver = "raw_exec"\n config {\n ${defaultConfig}\n }\n ${inner}\n}`;
const sideGroup = (name: string, inner = '') => `group "${name}" {\n ${inner}\n ${sideTask('t')}\n}`;
const template = (inner: string) => `template {\n data = "a"\n destination = "local/a"\n ${inner}\n}\n`;

const jobPairs = [
  pair('nothing changed', {}),
  pair('job: priority', { job: ['priority = 50', 'priority = 70'] }),
  pair('job: name', { job: ['', 'name = "other"'] }),
  pair('job: all_at_once', { job: ['', 'all_at_once = true'] }),
  pair('job: datacenters replaced', { job: ['datacenters = ["dc1"]', 'datacenters = ["dc2", "dc3"]'] }),
  pair('job: datacenters added', { job: ['datacenters = ["dc1"]', 'datacenters = ["dc1", "dc2"]'] }),
  pair('job: meta added, edited, deleted', { job: ['meta {\n a = "1"\n b = "2"\n}', 'meta {\n a = "3"\n c = "4"\n}'] }),
  pair('job: constraint added', { job: ['', 'constraint {\n attribute = "${attr.kernel.name}"\n value = "linux"\n}'] }),
  pair('job: constraint edited', {
    job: [
      'constraint {\n attribute = "${attr.kernel.name}"\n value = "linux"\n}',
      'constraint {\n attribute = "${attr.kernel.name}"\n operator = "!="\n value = "windows"\n}',
    ],
  }),
  pair('job: constraint deleted of two', {
    job: [
      'constraint {\n attribute = "${attr.kernel.name}"\n value = "linux"\n}\nconstraint {\n distinct_hosts = true\n}',
      'constraint {\n attribute = "${attr.kernel.name}"\n value = "linux"\n}',
    ],
  }),
  pair('job: constraints in another order', {
    job: [
      'constraint {\n attribute = "${attr.a}"\n value = "1"\n operator = "!="\n}\nconstraint {\n attribute = "${attr.b}"\n value = "1"\n operator = "!="\n}',
      'constraint {\n attribute = "${attr.b}"\n value = "1"\n operator = "!="\n}\nconstraint {\n attribute = "${attr.a}"\n value = "1"\n operator = "!="\n}',
    ],
  }),
  pair('job: affinity weight', {
    job: [
      'affinity {\n attribute = "${attr.kernel.name}"\n value = "linux"\n weight = 10\n}',
      'affinity {\n attribute = "${attr.kernel.name}"\n value = "linux"\n weight = 20\n}',
    ],
  }),
  pair('job: spread added', {
    job: ['', 'spread {\n attribute = "${node.datacenter}"\n target "dc1" {\n percent = 100\n }\n}'],
  }),
  pair('job: update for all groups', {
    job: ['update {\n max_parallel = 1\n}', 'update {\n max_parallel = 3\n canary = 1\n}'],
  }),
  pair('job: reschedule for all groups', {
    job: ['', 'reschedule {\n attempts = 3\n interval = "1h"\n unlimited = false\n}'],
  }),
  pair('job: ui description and links', {
    job: [
      'ui {\n description = "a"\n link {\n label = "x"\n url = "http://x"\n }\n}',
      'ui {\n description = "b"\n link {\n label = "x"\n url = "http://z"\n }\n link {\n label = "y"\n url = "http://y"\n }\n}',
    ],
  }),
  pair('job: ui added', { job: ['', 'ui {\n description = "a"\n}'] }),
  pair('job: periodic edited', {
    type: 'batch',
    job: [
      'periodic {\n crons = ["0 0 * * *"]\n}',
      'periodic {\n crons = ["0 1 * * *", "0 2 * * *"]\n time_zone = "Europe/Berlin"\n prohibit_overlap = true\n}',
    ],
  }),
  pair('job: parameterized edited', {
    type: 'batch',
    job: [
      'parameterized {\n payload = "optional"\n meta_required = ["a"]\n}',
      'parameterized {\n payload = "required"\n meta_required = ["b"]\n meta_optional = ["c"]\n}',
    ],
  }),
];

const groupPairs = [
  pair('group: count up', { group: ['count = 1', 'count = 3'] }),
  pair('group: count down', { group: ['count = 2', 'count = 1'] }),
  pair('group: count to zero', { group: ['count = 1', 'count = 0'] }),
  pair('group: meta', { group: ['meta {\n a = "1"\n}', 'meta = {\n a = "2"\n "b.c" = "3"\n}'] }),
  pair('group: constraint', {
    group: ['', 'constraint {\n attribute = "${attr.kernel.name}"\n operator = "regexp"\n value = "^lin"\n}'],
  }),
  pair('group: affinity added', { group: ['', 'affinity {\n attribute = "${attr.cpu.arch}"\n value = "amd64"\n}'] }),
  pair('group: spread', {
    group: [
      'spread {\n attribute = "${node.datacenter}"\n weight = 50\n}',
      'spread {\n attribute = "${node.datacenter}"\n weight = 70\n target "dc1" {\n percent = 60\n }\n}',
    ],
  }),
  pair('group: restart', {
    group: ['', 'restart {\n attempts = 5\n interval = "10m"\n delay = "5s"\n mode = "delay"\n}'],
  }),
  pair('group: restart render_templates', { group: ['', 'restart {\n render_templates = true\n}'] }),
  pair('group: reschedule', {
    group: ['', 'reschedule {\n delay = "10s"\n delay_function = "constant"\n unlimited = true\n}'],
  }),
  pair('group: update', {
    group: ['', 'update {\n max_parallel = 2\n min_healthy_time = "20s"\n auto_revert = true\n stagger = "1m"\n}'],
  }),
  pair('group: migrate', { group: ['', 'migrate {\n max_parallel = 2\n health_check = "task_states"\n}'] }),
  pair('group: disconnect added', { group: ['', 'disconnect {\n lost_after = "6h"\n replace = false\n}'] }),
  pair('group: disconnect edited', {
    group: ['disconnect {\n lost_after = "6h"\n}', 'disconnect {\n lost_after = "1h"\n reconcile = "keep_original"\n}'],
  }),
  pair('group: ephemeral_disk size', { group: ['', 'ephemeral_disk {\n size = 500\n}'] }),
  pair('group: ephemeral_disk sticky', { group: ['', 'ephemeral_disk {\n sticky = true\n migrate = true\n}'] }),
  pair('group: shutdown_delay added', { group: ['', 'shutdown_delay = "7s"'] }),
  pair('group: shutdown_delay edited', { group: ['shutdown_delay = "3s"', 'shutdown_delay = "7s"'] }),
  pair('group: max_run_duration', { type: 'batch', group: ['', 'max_run_duration = "1h"'] }),
  pair('group: network added', { group: ['', http] }),
  pair('group: network mode', { group: ['network {\n mode = "host"\n}', 'network {\n mode = "none"\n}'] }),
  pair('group: network hostname and dns', {
    group: [
      'network {\n mode = "bridge"\n}',
      'network {\n mode = "bridge"\n hostname = "web"\n dns {\n servers = ["1.1.1.1", "8.8.8.8"]\n searches = ["a.b"]\n }\n}',
    ],
  }),
  pair('group: network dns edited', {
    group: [
      'network {\n dns {\n servers = ["1.1.1.1"]\n }\n}',
      'network {\n dns {\n servers = ["8.8.8.8"]\n options = ["ndots:2"]\n }\n}',
    ],
  }),
  pair('group: network cni args', {
    group: [
      'network {\n mode = "cni/x"\n cni {\n args = { A = "1" }\n }\n}',
      'network {\n mode = "cni/x"\n cni {\n args = { A = "2", B = "3" }\n }\n}',
    ],
  }),
  pair('group: port added', { group: [http, 'network {\n port "http" {}\n port "admin" {\n to = 9000\n }\n}'] }),
  pair('group: port becomes static', { group: [http, 'network {\n port "http" {\n static = 28080\n }\n}'] }),
  pair('group: static port value', {
    group: [
      'network {\n port "http" {\n static = 28080\n }\n}',
      'network {\n port "http" {\n static = 28081\n to = 80\n }\n}',
    ],
  }),
  pair('group: port ignore_collision', {
    group: [
      'network {\n port "http" {\n static = 28080\n }\n}',
      'network {\n port "http" {\n static = 28080\n ignore_collision = true\n }\n}',
    ],
  }),
  pair('group: network deleted', { group: [http, ''] }),
  pair('group: volume added', {
    group: ['', 'volume "data" {\n type = "host"\n source = "data"\n read_only = true\n}'],
  }),
  pair('group: volume edited', {
    group: [
      'volume "data" {\n type = "csi"\n source = "data"\n access_mode = "single-node-writer"\n attachment_mode = "file-system"\n mount_options {\n fs_type = "ext4"\n mount_flags = ["noatime"]\n }\n}',
      'volume "data" {\n type = "csi"\n source = "other"\n access_mode = "single-node-writer"\n attachment_mode = "file-system"\n mount_options {\n fs_type = "xfs"\n mount_flags = ["ro"]\n }\n}',
    ],
  }),
  pair('group: scaling added', { group: ['count = 1', 'count = 1\nscaling {\n min = 1\n max = 5\n}'] }),
  pair('group: scaling edited', {
    group: [
      'scaling {\n min = 1\n max = 5\n policy {\n cooldown = "1m"\n }\n}',
      'scaling {\n min = 1\n max = 8\n enabled = false\n policy {\n cooldown = "2m"\n evaluation_interval = "5s"\n }\n}',
    ],
  }),
  pair('group: consul cluster', {
    group: ['consul {\n cluster = "default"\n}', 'consul {\n namespace = "x"\n partition = "p"\n}'],
  }),
];

const servicePairs = [
  pair('service: tags', { group: [http + service('tags = ["a", "b"]'), http + service('tags = ["b", "c"]')] }),
  pair('service: tag added', { group: [http + service('tags = ["a"]'), http + service('tags = ["a", "b"]')] }),
  pair('service: added', { group: [http, http + service('')] }),
  pair('service: deleted', { group: [http + service(''), http] }),
  pair('service: port and address', {
    group: [http + service(''), http + service('address = "10.0.0.1"').replace('port = "http"', 'port = "80"')],
  }),
  pair('service: renamed', { group: [http + service(''), http + service('').replace('"web"', '"site"')] }),
  pair('service: one of two renamed', {
    group: [
      http + service('') + service('').replace('"web"', '"one"'),
      http + service('') + service('').replace('"web"', '"two"'),
    ],
  }),
  pair('service: meta and canary', {
    group: [
      http + service('meta {\n a = "1"\n}\n canary_tags = ["c"]'),
      http + service('meta {\n a = "2"\n}\n canary_tags = ["d"]\n canary_meta {\n x = "y"\n }'),
    ],
  }),
  pair('service: tagged addresses, on_update', {
    group: [http + service(''), http + service('tagged_addresses {\n lan = "10.0.0.1"\n }\n on_update = "ignore"')],
  }),
  pair('service: weights', { group: [http + service(''), http + service('weights {\n passing = 5\n warning = 2\n}')] }),
  pair('service: moved to another place', {
    group: [
      http + service('tags = ["x"]') + service('').replace('"web"', '"one"'),
      http + service('').replace('"web"', '"one"') + service('tags = ["x"]'),
    ],
  }),
  pair('service: at the task', { group: http, task: [service('tags = ["a"]'), service('tags = ["b"]')] }),
  pair('service: with the default provider', {
    group: [`${http}service {\n name = "web"\n tags = ["a"]\n}`, `${http}service {\n name = "web"\n tags = ["b"]\n}`],
  }),
  pair('check: added', { group: [http + service(''), http + check('')] }),
  pair('check: path and interval', {
    group: [http + check(''), http + check('').replace('path = "/"', 'path = "/up"').replace('"10s"', '"20s"')],
  }),
  pair('check: header', {
    group: [http + check('header {\n A = ["1"]\n }'), http + check('header {\n A = ["2"]\n B = ["3", "4"]\n }')],
  }),
  pair('check: header added', { group: [http + check(''), http + check('header {\n A = ["1"]\n }')] }),
  pair('check: check_restart', {
    group: [http + check(''), http + check('check_restart {\n limit = 3\n grace = "30s"\n }')],
  }),
  pair('check: check_restart edited', {
    group: [
      http + check('check_restart {\n limit = 3\n }'),
      http + check('check_restart {\n limit = 4\n grace = "9s"\n }'),
    ],
  }),
  pair('check: renamed', { group: [http + check('name = "a"'), http + check('name = "b"')] }),
  pair('check: type', { group: [http + check(''), http + check('').replace('"http"\n path = "/"', '"tcp"')] }),
];

const taskPairs = [
  pair('task: config value', { config: [defaultConfig, defaultConfig.replace('1000', '2000')] }),
  pair('task: config argument added', { config: [defaultConfig, defaultConfig.replace('["1000"]', '["1000", "1"]')] }),
  pair('task: config maps and lists', {
    driver: 'docker',
    config: [
      'image = "a:1"\n ports = ["http"]\n labels = {\n a = "1"\n }\n auth {\n username = "u"\n }',
      'image = "a:2"\n ports = ["http", "admin"]\n labels = {\n a = "2"\n b = "c"\n }\n auth {\n username = "v"\n password = "p"\n }\n privileged = true\n pids_limit = 10',
    ],
  }),
  pair('task: config blocks repeated', {
    driver: 'docker',
    config: [
      'image = "a:1"\n mount {\n type = "tmpfs"\n target = "/a"\n }',
      'image = "a:1"\n mount {\n type = "tmpfs"\n target = "/a"\n }\n mount {\n type = "bind"\n source = "x"\n target = "/b"\n bind_options {\n propagation = "rshared"\n }\n }',
    ],
  }),
  pair('task: driver', { driver: ['raw_exec', 'exec'] }),
  pair('task: env', { task: ['env {\n A = "1"\n B = "2"\n}', 'env {\n A = "3"\n C = ""\n D = "4"\n}'] }),
  pair('task: env emptied', { task: ['env {\n A = "1"\n}', 'env {\n A = ""\n}'] }),
  pair('task: user', { task: ['', 'user = "nobody"'] }),
  pair('task: meta', { task: ['meta {\n a = "1"\n}', 'meta {\n a = "2"\n}'] }),
  pair('task: leader', { task: ['', 'leader = true'] }),
  pair('task: kill_timeout', { task: ['', 'kill_timeout = "20s"'] }),
  pair('task: kill_signal and shutdown_delay', { task: ['', 'kill_signal = "SIGINT"\n shutdown_delay = "2s"'] }),
  pair('task: constraint', { task: ['', 'constraint {\n attribute = "${attr.kernel.name}"\n value = "linux"\n}'] }),
  pair('task: affinity deleted', { task: ['affinity {\n attribute = "${attr.a}"\n value = "x"\n}', ''] }),
  pair('task: cpu and memory', {
    task: ['resources {\n cpu = 100\n memory = 64\n}', 'resources {\n cpu = 150\n memory = 64\n}'],
  }),
  pair('task: memory', { task: ['resources {\n memory = 64\n}', 'resources {\n memory = 96\n}'] }),
  pair('task: cores', { task: ['resources {\n cpu = 100\n}', 'resources {\n cores = 1\n}'] }),
  pair('task: device', {
    task: [
      'resources {\n device "nvidia/gpu" {\n count = 1\n }\n}',
      'resources {\n device "nvidia/gpu" {\n count = 2\n constraint {\n attribute = "${device.attr.memory}"\n operator = ">="\n value = "2 GiB"\n }\n }\n device "intel/fpga" {}\n}',
    ],
  }),
  pair('task: secrets size', { task: ['', 'resources {\n secrets = 10\n}'] }),
  pair('task: log sizes', { task: ['', 'logs {\n max_files = 3\n max_file_size = 4\n}'] }),
  pair('task: logs disabled', { task: ['', 'logs {\n disabled = true\n}'] }),
  pair('task: lifecycle', {
    group: [sideTask('side'), sideTask('side', 'lifecycle {\n hook = "prestart"\n sidecar = true\n}')],
  }),
  pair('task: lifecycle sidecar', {
    group: [
      sideTask('side', 'lifecycle {\n hook = "prestart"\n sidecar = true\n}'),
      sideTask('side', 'lifecycle {\n hook = "poststart"\n sidecar = false\n}'),
    ],
  }),
  pair('task: restart', { task: ['', 'restart {\n attempts = 9\n}'] }),
  pair('task: restart render_templates', { task: ['', 'restart {\n render_templates = true\n}'] }),
  pair('task: artifact added', { task: ['', 'artifact {\n source = "http://127.0.0.1:1/a.tar"\n}'] }),
  pair('task: artifact edited', {
    task: [
      'artifact {\n source = "http://127.0.0.1:1/a.tar"\n options {\n archive = "false"\n }\n}',
      'artifact {\n source = "http://127.0.0.1:1/b.tar"\n destination = "local/b"\n headers {\n A = "b"\n }\n}',
    ],
  }),
  pair('task: artifact destination', {
    task: [
      'artifact {\n source = "http://127.0.0.1:1/a.tar"\n}',
      'artifact {\n source = "http://127.0.0.1:1/a.tar"\n destination = "local/b"\n}',
    ],
  }),
  pair('task: template added', { task: ['', template('')] }),
  pair('task: template for the environment', { task: [template(''), template('env = true')] }),
  pair('task: template data', { task: [template(''), template('').replace('"a"', '"b"')] }),
  pair('task: template many fields', {
    task: [
      template(''),
      template(
        'change_mode = "signal"\n change_signal = "SIGUSR1"\n perms = "0600"\n splay = "1s"\n uid = 1\n gid = 2\n left_delimiter = "[["\n right_delimiter = "]]"\n error_on_missing_key = true\n',
      ),
    ],
  }),
  pair('task: template wait', {
    task: [template(''), template('wait {\n min = "1s"\n max = "3s"\n }')],
  }),
  pair('task: template change_script', {
    task: [
      template('change_mode = "script"\n change_script {\n command = "/a"\n args = ["x"]\n }'),
      template(
        'change_mode = "script"\n change_script {\n command = "/b"\n args = ["y"]\n timeout = "9s"\n fail_on_error = true\n }',
      ),
    ],
  }),
  pair('task: one of two templates', {
    task: [
      template('') + template('').replace('local/a', 'local/b'),
      template('perms = "0600"') + template('').replace('local/a', 'local/c'),
    ],
  }),
  pair('task: consul', { task: ['consul {\n namespace = "a"\n}', 'consul {\n namespace = "b"\n}'] }),
  pair('task: identity default', { task: ['', 'identity {\n env = true\n file = true\n}'] }),
  pair('task: identity named', {
    task: [
      'identity {\n name = "x"\n aud = ["a"]\n}',
      'identity {\n name = "x"\n aud = ["b"]\n ttl = "1h"\n change_mode = "restart"\n}\n identity {\n name = "y"\n aud = ["c"]\n}',
    ],
  }),
  pair('task: secret', {
    task: [
      'secret "s" {\n provider = "nomad"\n path = "a"\n}',
      'secret "s" {\n provider = "nomad"\n path = "b"\n config {\n namespace = "x"\n }\n}',
    ],
  }),
  pair('task: dispatch_payload', {
    type: 'batch',
    job: 'parameterized {\n payload = "optional"\n}',
    task: ['', 'dispatch_payload {\n file = "in.json"\n}'],
  }),
  pair('task: volume_mount', {
    group: 'volume "data" {\n type = "host"\n source = "data"\n}',
    task: [
      'volume_mount {\n volume = "data"\n destination = "/a"\n}',
      'volume_mount {\n volume = "data"\n destination = "/b"\n read_only = true\n propagation_mode = "host-to-task"\n}',
    ],
  }),
  pair('task: action', {
    task: [
      'action "a" {\n command = "/bin/true"\n}',
      'action "a" {\n command = "/bin/false"\n args = ["x"]\n}\n action "b" {\n command = "/bin/true"\n}',
    ],
  }),
  pair('task: kind and scaling', {
    task: ['scaling "cpu" {\n min = 50\n max = 100\n}', 'scaling "cpu" {\n min = 60\n max = 100\n}'],
  }),
  pair('task: added', { group: ['', sideTask('side', 'env {\n A = "1"\n}')] }),
  pair('task: removed', { group: [sideTask('side'), ''] }),
  pair('task: renamed', { group: [sideTask('one'), sideTask('two')] }),
  pair('group: added', { job: ['', sideGroup('h', 'count = 2')] }),
  pair('group: removed', { job: [sideGroup('h'), ''] }),
  pair('group: renamed', { job: [sideGroup('h', 'meta {\n a = "b"\n}'), sideGroup('i', 'meta {\n a = "b"\n}')] }),
  pair('group: added with a network and a service', { job: ['', sideGroup('h', http + check(''))] }),
  pair('many things at once', {
    job: ['priority = 50', 'priority = 60\n meta {\n owner = "x"\n}'],
    group: ['count = 1', `count = 2\n restart {\n attempts = 1\n}\n${http}`],
    task: ['env {\n A = "1"\n}', 'env {\n A = "2"\n}\n resources {\n cpu = 200\n}'],
  }),
];

const bridge = 'network {\n mode = "bridge"\n port "http" {}\n}\n';
const mesh = (connect: string) => `${bridge}service {\n name = "web"\n port = "80"\n connect {\n ${connect}\n }\n}\n`;
const proxy = (inner: string) => mesh(`sidecar_service {\n proxy {\n ${inner}\n }\n }`);
const meshPairs = [
  pair('connect: sidecar tags', {
    group: [mesh('sidecar_service {\n tags = ["a"]\n }'), mesh('sidecar_service {\n tags = ["b"]\n }')],
  }),
  pair('connect: upstreams', {
    group: [
      proxy('upstreams {\n destination_name = "db"\n local_bind_port = 5000\n }'),
      proxy(
        'upstreams {\n destination_name = "db"\n local_bind_port = 5001\n mesh_gateway {\n mode = "local"\n }\n }\n upstreams {\n destination_name = "mail"\n local_bind_port = 5002\n }',
      ),
    ],
  }),
  pair('connect: proxy address and config', {
    group: [
      proxy('local_service_port = 80\n config {\n a = "1"\n }'),
      proxy('local_service_port = 81\n local_service_address = "127.0.0.2"\n config {\n a = "2"\n }'),
    ],
  }),
  pair('connect: expose', {
    group: [
      proxy(
        'expose {\n path {\n path = "/a"\n protocol = "http"\n local_path_port = 80\n listener_port = "http"\n }\n }',
      ),
      proxy(
        'expose {\n path {\n path = "/b"\n protocol = "http"\n local_path_port = 80\n listener_port = "http"\n }\n }',
      ),
    ],
  }),
  pair('connect: transparent proxy', {
    group: [
      proxy('transparent_proxy {\n uid = "101"\n exclude_outbound_ports = [1]\n }'),
      proxy(
        'transparent_proxy {\n uid = "102"\n exclude_outbound_ports = [2]\n exclude_uids = ["5"]\n no_dns = true\n }',
      ),
    ],
  }),
  pair('connect: sidecar task', {
    group: [
      mesh('sidecar_service {}\n sidecar_task {\n kill_timeout = "5s"\n resources {\n cpu = 100\n }\n }'),
      mesh(
        'sidecar_service {}\n sidecar_task {\n kill_timeout = "9s"\n shutdown_delay = "1s"\n env {\n A = "1"\n }\n resources {\n cpu = 200\n }\n }',
      ),
    ],
  }),
  pair('task: vault added', { task: ['', 'vault {\n role = "a"\n}'] }),
  pair('task: vault edited', {
    task: [
      'vault {\n role = "a"\n}',
      'vault {\n role = "b"\n change_mode = "signal"\n change_signal = "SIGUSR1"\n env = false\n}',
    ],
  }),
  pair('group: vault for all tasks', { group: ['vault {\n role = "a"\n}', 'vault {\n role = "b"\n}'] }),
  pair('task: csi_plugin', {
    task: [
      'csi_plugin {\n id = "a"\n type = "node"\n mount_dir = "/csi"\n}',
      'csi_plugin {\n id = "a"\n type = "monolith"\n mount_dir = "/csi"\n}',
    ],
  }),
  pair('job: secret for all tasks', {
    job: ['secret "s" {\n provider = "nomad"\n path = "a"\n}', 'secret "s" {\n provider = "nomad"\n path = "b"\n}'],
  }),
  pair('job: task of its own', {
    job: [`${sideTask('lone')}`, `${sideTask('lone', 'env {\n A = "1"\n}')}`],
  }),
];

export const newJob = pair('a new job', {
  job: 'meta {\n a = "b"\n}',
  group: http + check(''),
  task: `env {\n A = "1"\n}\n${template('')}`,
});

export const pairs: readonly DiffPair[] = [...jobPairs, ...groupPairs, ...servicePairs, ...taskPairs, ...meshPairs];
