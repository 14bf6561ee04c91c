# A batch job: runs once to its end in isolation, with what it prepares in a file first.
#
#   orch job run batch.nomad.hcl
#   orch job logs sum

variable "upper" {
  type    = number
  default = 1000

  validation {
    condition     = var.upper > 0
    error_message = "There must be something to add."
  }
}

locals {
  script = <<-EOT
    set -eu
    read -r upper < "$NOMAD_ALLOC_DIR/upper"
    echo "the numbers from 1 to $upper add up to $((upper * (upper + 1) / 2))"
  EOT
}

job "sum" {
  type = "batch"

  meta {
    owner = "examples"
  }

  group "calculation" {
    restart {
      attempts = 1
      delay    = "5s"
    }

    task "prepare" {
      driver = "exec"

      lifecycle {
        hook = "prestart"
      }

      config {
        command = "/bin/sh"
        args    = ["-c", "echo ${var.upper} > \"$NOMAD_ALLOC_DIR/upper\""]
      }

      resources {
        cpu    = 50
        memory = 32
      }
    }

    task "add" {
      driver = "exec"

      config {
        command = "/bin/sh"
        args    = ["-c", local.script]
      }

      env {
        OWNER = "${NOMAD_META_owner}"
      }

      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
