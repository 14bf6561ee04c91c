// A job file of any size, with what ordinary files hold: blocks, templates, calls, heredocs, comments.

function task(group: number, number: number): string {
  return `    task "t${number}" {
      driver = "exec"
      user   = "nobody"
      # how it runs
      config {
        command = "/bin/sh"
        args    = ["-c", "echo \${NOMAD_TASK_NAME} ${group}", upper("x")]
      }
      env {
        PORT = "\${NOMAD_PORT_http}"
        NAME = "\${local.name}-${number}"
      }
      template {
        data        = <<-EOT
          key = {{ key "a/${number}" }}
          \${local.name}
          EOT
        destination = "local/config.txt"
      }
      resources {
        cpu    = ${100 + number}
        memory = 64
      }
      service {
        name     = "s-${group}-${number}"
        port     = "http"
        provider = "nomad"
        tags     = ["a", "b-\${var.n}"]
        check {
          type     = "http"
          path     = "/health"
          interval = "10s"
          timeout  = "2s"
        }
      }
    }
`;
}

function group(number: number): string {
  return `  group "g${number}" {
    count = var.n
    network {
      mode = "bridge"
      port "http" { to = 8080 }
    }
${task(number, 0)}${task(number, 1)}  }
`;
}

/** A job file of at least `characters`. */
export function benchJobFile(characters: number): string {
  let text = `variable "n" {
  default = 2
}
locals {
  name = "web"
}
job "bench" {
  datacenters = ["*"]
`;
  for (let number = 0; text.length < characters; number += 1) text += group(number);
  return `${text}}\n`;
}
