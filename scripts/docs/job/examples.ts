// One example for each page of the reference. A test puts each into a whole job and reads it.

export interface BlockExample {
  /** Where the text stands: whole = it is the file; at = inside a job, a group or a task. */
  readonly at: 'whole' | 'job' | 'group' | 'task';
  readonly text: string;
  /** Type of the job around it. @default 'service' */
  readonly type?: string;
  /** What else the group needs for the example to be right. */
  readonly group?: string;
  /** It is read and checked, but cannot run yet. */
  readonly notYet?: true;
}

const webPort = `network {
  port "http" {}
}`;

/** By page. */
export const blockExamples: Readonly<Record<string, BlockExample>> = {
  job: {
    at: 'whole',
    text: `job "docs" {
  datacenters = ["*"]

  group "web" {
    count = 2

    task "server" {
      driver = "docker"
      config {
        image = "caddy:2"
      }
    }
  }
}`,
  },
  group: {
    at: 'job',
    text: `group "web" {
  count = 2

  network {
    port "http" { to = 8080 }
  }

  task "server" {
    driver = "exec"
    config {
      command = "/usr/bin/python3"
      args    = ["-m", "http.server", "8080"]
    }
  }
}`,
  },
  task: {
    at: 'group',
    text: `task "server" {
  driver = "java"
  user   = "nobody"

  config {
    jar_path = "local/app.jar"
  }

  env {
    LISTEN = "0.0.0.0:8080"
  }

  resources {
    cpu    = 500
    memory = 256
  }
}`,
  },
  constraint: {
    at: 'group',
    text: `constraint {
  attribute = "\${attr.cpu.arch}"
  value     = "amd64"
}

constraint {
  distinct_hosts = true
}`,
  },
  affinity: {
    at: 'group',
    text: `affinity {
  attribute = "\${node.datacenter}"
  value     = "dc1"
  weight    = 75
}`,
  },
  spread: {
    at: 'group',
    text: `spread {
  attribute = "\${node.datacenter}"
  target "dc1" { percent = 70 }
  target "dc2" { percent = 30 }
}`,
  },
  update: {
    at: 'group',
    text: `update {
  max_parallel     = 2
  min_healthy_time = "15s"
  canary           = 1
  auto_promote     = true
  auto_revert      = true
}`,
  },
  reschedule: {
    at: 'group',
    text: `reschedule {
  delay          = "30s"
  delay_function = "exponential"
  max_delay      = "1h"
  unlimited      = true
}`,
  },
  migrate: {
    at: 'group',
    text: `migrate {
  max_parallel     = 1
  min_healthy_time = "10s"
}`,
  },
  periodic: {
    at: 'job',
    type: 'batch',
    notYet: true,
    text: `periodic {
  crons            = ["0 3 * * *"]
  time_zone        = "Europe/Berlin"
  prohibit_overlap = true
}`,
  },
  parameterized: {
    at: 'job',
    type: 'batch',
    notYet: true,
    text: `parameterized {
  payload       = "required"
  meta_required = ["customer"]
}`,
  },
  multiregion: {
    at: 'job',
    text: `multiregion {
  strategy {
    max_parallel = 1
  }
  region "west" {
    count = 2
  }
  region "east" {
    count = 1
  }
}`,
  },
  ui: {
    at: 'job',
    text: `ui {
  description = "The documentation."
  link {
    label = "Repository"
    url   = "https://example.com/docs"
  }
}`,
  },
  restart: {
    at: 'group',
    text: `restart {
  attempts = 3
  interval = "10m"
  delay    = "15s"
  mode     = "delay"
}`,
  },
  disconnect: {
    at: 'group',
    text: `disconnect {
  lost_after = "1h"
  replace    = false
  reconcile  = "keep_original"
}`,
  },
  ephemeral_disk: {
    at: 'group',
    text: `ephemeral_disk {
  size    = 1000
  sticky  = true
  migrate = true
}`,
  },
  network: {
    at: 'group',
    text: `network {
  mode = "bridge"

  port "http" { to = 8080 }
  port "admin" {
    static = 9090
    to     = 9090
  }

  dns {
    servers = ["10.0.0.2"]
  }
}`,
  },
  service: {
    at: 'group',
    group: webPort,
    text: `service {
  name     = "docs"
  port     = "http"
  provider = "nomad"
  tags     = ["public"]

  check {
    type     = "http"
    path     = "/health"
    interval = "10s"
    timeout  = "2s"
  }
}`,
  },
  scaling: {
    at: 'group',
    text: `scaling {
  min = 1
  max = 10
}`,
  },
  'task-scaling': {
    at: 'task',
    text: `scaling "mem" {
  min = 100
  max = 500
}`,
  },
  consul: {
    at: 'group',
    text: `consul {
  cluster = "default"
}`,
  },
  vault: {
    at: 'task',
    text: `vault {
  role        = "docs"
  change_mode = "restart"
}`,
  },
  secret: {
    at: 'task',
    text: `secret "database" {
  provider = "nomad"
  path     = "nomad/jobs/docs/database"
}`,
  },
  volume: {
    at: 'group',
    text: `volume "data" {
  type   = "host"
  source = "docs-data"
}`,
  },
  volume_mount: {
    at: 'task',
    group: `volume "data" {
  type   = "host"
  source = "docs-data"
}`,
    text: `volume_mount {
  volume      = "data"
  destination = "/srv/data"
}`,
  },
  artifact: {
    at: 'task',
    text: `artifact {
  source      = "https://example.com/app.tar.gz"
  destination = "local/app"
  options {
    checksum = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  }
}`,
  },
  template: {
    at: 'task',
    text: `template {
  destination = "local/app.conf"
  change_mode = "signal"
  change_signal = "SIGHUP"
  data        = <<-EOT
    listen = {{ env "NOMAD_PORT_http" }}
  EOT
}`,
  },
  resources: {
    at: 'task',
    text: `resources {
  cpu        = 500
  memory     = 256
  memory_max = 512
}`,
  },
  logs: {
    at: 'task',
    text: `logs {
  max_files     = 5
  max_file_size = 20
}`,
  },
  lifecycle: {
    at: 'group',
    text: `task "prepare" {
  driver = "exec"
  config {
    command = "/bin/true"
  }

  lifecycle {
    hook    = "prestart"
    sidecar = false
  }
}`,
  },
  identity: {
    at: 'task',
    text: `identity {
  name = "storage"
  aud  = ["storage.example.com"]
  file = true
  ttl  = "1h"
}`,
  },
  dispatch_payload: {
    at: 'task',
    text: `dispatch_payload {
  file = "order.json"
}`,
  },
  csi_plugin: {
    at: 'task',
    text: `csi_plugin {
  id        = "storage"
  type      = "node"
  mount_dir = "/csi"
}`,
  },
  action: {
    at: 'task',
    text: `action "reload" {
  command = "/bin/kill"
  args    = ["-HUP", "1"]
}`,
  },
  schedule: {
    at: 'task',
    text: `schedule {
  cron {
    start    = "0 8 * * *"
    end      = "0 18 * * *"
    timezone = "Europe/Berlin"
  }
}`,
  },
};

/** The example in a whole job. */
export function wholeJob({ at, text, type = 'service', group = '' }: BlockExample): string {
  if (at === 'whole') return text;
  const task = `task "main" {\n driver = "exec"\n config {\n command = "/bin/true"\n}\n${at === 'task' ? text : ''}\n}`;
  const inner = `group "main" {\n${group}\n${at === 'group' ? text : ''}\n${task}\n}`;
  return `job "example" {\n type = "${type}"\n${at === 'job' ? text : ''}\n${inner}\n}\n`;
}
