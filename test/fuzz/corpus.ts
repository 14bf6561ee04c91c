// What is damaged: whole job files in both syntaxes, the examples, and generated HCL.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseJob } from '@orch/core/jobspec';
import { encodeJobJson } from '@orch/core/schema';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every form of the language in one file. */
const RICH = `variable "v" {
  type    = map(object({ n = number, l = list(string) }))
  default = { a = { n = 1, l = ["x"] }, b = { n = 2, l = [] } }
  validation {
    condition     = length(var.v) > 0 && alltrue_([true])
    error_message = "v is empty"
  }
}
variables {
  count = 2
}
locals {
  names = [for k, x in var.v : "\${k}-\${x.n}" if x.n > 0]
  by    = { for k, x in var.v : x.n => k... }
  text  = <<-EOT
    %{ for n in local.names ~}
    \${n} $\${literal} %%{ too }
    %{ endfor ~}
    EOT
  deep  = [[1, 2], [3]]
}
job "rich" {
  datacenters = ["*"]
  meta        = { owner = upper("me"), "a.b" = join(",", local.deep[*][0]) }
  group "g" {
    count = var.count > 1 ? 1 : 2
    network {
      mode = "bridge"
      dynamic "port" {
        for_each = var.v
        iterator = it
        labels   = ["p-\${it.key}"]
        content {
          to = 8000 + it.value.n
        }
      }
    }
    update {
      max_parallel     = 1
      min_healthy_time = "5s"
      healthy_deadline = "1m"
    }
    service {
      name     = "web"
      port     = "p-a"
      provider = "nomad"
      tags     = local.names
      check {
        type     = "http"
        path     = "/"
        interval = "10s"
        timeout  = "2s"
      }
    }
    constraint {
      attribute = "\${attr.kernel.name}"
      value     = "linux"
    }
    task "t" {
      driver = "exec"
      config {
        command = "/bin/sh"
        args    = concat(["-c"], flatten(local.deep), [format("%s-%03d", "a", 7)])
        nested {
          list = [{ a = null, b = 1e3 }, -1.5, !true]
        }
      }
      env {
        A = join(",", local.names)
        B = "\${NOMAD_PORT_p_a} \${env["HOME"]}"
      }
      template {
        data        = local.text
        destination = "local/x"
      }
      resources {
        cpu    = max(100, 200)
        memory = 64
      }
    }
  }
}
`.replace('alltrue_([true])', 'can(var.v["a"].n)');

const HCL_JSON = JSON.stringify(
  {
    '//': 'a comment',
    variable: { n: { default: 2, type: 'number' } },
    locals: { l: ['a', '${var.n}'] },
    job: {
      j: {
        datacenters: ['*'],
        group: [
          {
            g: {
              count: '${var.n}',
              task: {
                t: {
                  driver: 'exec',
                  config: [{ command: '/bin/true', args: ['${local.l[0]}', 'a\\n"b"%{ if true }x%{ endif }'] }],
                },
              },
            },
          },
        ],
      },
    },
  },
  null,
  1,
);

/** Texts that are well-formed before they are damaged. */
export function corpus(): readonly string[] {
  const examples = globSync('examples/**/*.nomad.hcl', { cwd: root }).map((file) =>
    readFileSync(`${root}/${file}`, 'utf8'),
  );
  const jobs = [RICH, ...examples].map((text) => parseJob(text, { fileName: 'x.hcl' }).job);
  if (jobs[0] === undefined) throw new Error('the first file of the corpus is no valid job');
  const asJson = jobs.flatMap((job) => (job === undefined ? [] : JSON.stringify({ Job: encodeJobJson(job) }, null, 1)));
  return [RICH, RICH, RICH, HCL_JSON, HCL_JSON, ...examples, ...asJson];
}
