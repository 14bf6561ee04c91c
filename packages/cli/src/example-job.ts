// The job files that `job init` writes. They need nothing but a shell on the node, so they run on any agent.

/** A job in its smallest form. `name` is the job's. */
export function shortExample(name: string): string {
  return `job "${name}" {
  group "app" {
    task "hello" {
      driver = "exec"

      config {
        command = "/bin/sh"
        args    = ["-c", "while true; do echo hello; sleep 10; done"]
      }

      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
`;
}

/** A job with the parts that most jobs need, each with its why. */
export function fullExample(name: string): string {
  return `# A service of two tasks and a preparation. What is in here and is not needed can go: every block but the tasks has
# good defaults.
#
#   orch job validate ${name}.nomad.hcl         what is wrong with this file, with line and column
#   orch job plan ${name}.nomad.hcl             what would change, and whether it fits
#   orch job run ${name}.nomad.hcl              submit it and follow it until it runs
#   orch job run -var count=2 ${name}.nomad.hcl
#   orch job status ${name}                     how it is; why it is not placed: orch job explain ${name}
#   orch job logs ${name}                       what it writes
#   orch job stop ${name}

# Values that may be given with -var name=value, in files with -var-file, or as ORCH_VAR_name.
variable "count" {
  type        = number
  default     = 1
  description = "How many instances of the group run."

  validation {
    condition     = var.count > 0
    error_message = "At least one instance must run."
  }
}

variable "greeting" {
  type    = string
  default = "hello"
}

locals {
  # A heredoc: everything up to the marker, without the indentation. \${…} is filled in when the file is read; the names
  # of the run time (\${NOMAD_…}, \${node…}, \${attr…}, \${meta…}) on the node; $NAME by the shell.
  server = <<-EOT
    set -eu
    read -r word < "$NOMAD_ALLOC_DIR/greeting"
    while true; do
      echo "$word from instance $NOMAD_ALLOC_INDEX on port $NOMAD_PORT_http" | tee "$NOMAD_ALLOC_DIR/latest"
      sleep 10
    done
  EOT
}

job "${name}" {
  # "service" runs for ever, "batch" to its end.
  type = "service"

  # Which nodes may take it. Without this block: any.
  constraint {
    attribute = "\${attr.kernel.name}"
    value     = "linux"
  }

  # How a new version replaces the old one.
  update {
    max_parallel     = 1
    min_healthy_time = "5s"
    healthy_deadline = "2m"
    auto_revert      = true
  }

  meta {
    owner = "you"
  }

  # The tasks of a group run on one node, share a network and a directory ($NOMAD_ALLOC_DIR), live and die together.
  # They may be of different drivers: containers (docker), jars (java), virtual machines (qemu), programs (exec).
  group "app" {
    count = var.count

    network {
      # A free port of the node. A fixed one: static = 8080.
      port "http" {}
    }

    # How often a task that ends is started again on its node, before the group is moved to another one.
    restart {
      attempts = 2
      interval = "30m"
      delay    = "5s"
      mode     = "fail"
    }

    # Runs to its end before the others start.
    task "prepare" {
      driver = "exec"

      lifecycle {
        hook = "prestart"
      }

      config {
        command = "/bin/sh"
        args    = ["-c", "echo \\"$GREETING\\" > \\"$NOMAD_ALLOC_DIR/greeting\\""]
      }

      env {
        GREETING = var.greeting
      }

      resources {
        cpu    = 20
        memory = 16
      }
    }

    task "server" {
      # On the host, in namespaces and a cgroup of its own, in a root directory of its own.
      driver = "exec"

      config {
        command = "/bin/sh"
        args    = ["-c", local.server]
      }

      # It is asked to end with this signal, and ended after this time.
      kill_signal  = "SIGTERM"
      kill_timeout = "5s"

      logs {
        max_files     = 3
        max_file_size = 5
      }

      resources {
        # MHz and MiB.
        cpu    = 50
        memory = 32
      }
    }

    # The same as a container, beside the others or in their place:
    #
    # task "web" {
    #   driver = "docker"
    #
    #   config {
    #     image = "docker.io/library/nginx:1"
    #     ports = ["http"]
    #   }
    #
    #   resources {
    #     cpu    = 100
    #     memory = 64
    #   }
    # }

    task "watch" {
      driver = "exec"

      # Without it the server goes on: it is started with the server and runs beside it.
      lifecycle {
        hook    = "poststart"
        sidecar = true
      }

      config {
        command = "/bin/sh"
        args    = ["-c", "while true; do cat \\"$NOMAD_ALLOC_DIR/latest\\" 2>/dev/null; sleep 30; done"]
      }

      resources {
        cpu    = 20
        memory = 16
      }
    }
  }
}
`;
}

/** What a job in a file of this name is called: its first word, where that can be a name. */
export function jobNameOf(file: string): string {
  const word = /([^/\\]*)$/.exec(file)?.[1]?.split('.')[0] ?? '';
  return /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(word) ? word : 'example';
}
