// The page about what stands around the blocks of a job file: values, variables, locals, dynamic blocks, limits.

import { DEFAULT_LIMITS } from '../../packages/core/src/jobspec/evaluate/budget.ts';
import { MAX_SOURCE_LENGTH } from '../../packages/core/src/jobspec/syntax/source.ts';

/** Whole job files: a test reads each. */
export const languageExamples: Readonly<Record<string, string>> = {
  values: `# A comment; // and /* … */ are comments, too.
job "values" {
  priority    = 20 + 2 * 15
  datacenters = [for n in range(1, 3) : "dc\${n}"]

  meta {
    greeting = "hello \${upper("world")}"
    size     = 3 > 2 ? "large" : "small"
    names    = join(",", [{ name = "a" }, { name = "b" }].*.name)
    list     = "%{ for x in ["a", "b"] ~}\${x};%{ endfor ~}"
    text     = <<-EOT
      Several lines; the indent they share is taken away.
    EOT
  }

  group "g" {
    task "t" {
      driver = "exec"
      config {
        command = "/bin/echo"
        args    = ["port", "\${NOMAD_PORT_http}"]
      }
    }
  }
}`,
  variables: `variable "image" {
  type        = string
  default     = "caddy:2"
  description = "What runs."
}

variable "replicas" {
  type    = number
  default = 2
  validation {
    condition     = var.replicas >= 1 && var.replicas <= 9
    error_message = "Between 1 and 9 replicas."
  }
}

locals {
  name  = "web-\${local.stage}"
  stage = "test"
}

job "variables" {
  name = local.name
  group "g" {
    count = var.replicas
    task "t" {
      driver = "docker"
      config {
        image = var.image
      }
    }
  }
}`,
  dynamic: `variable "ports" {
  type    = map(number)
  default = { http = 8080, admin = 9090 }
}

job "ports" {
  group "g" {
    network {
      mode = "bridge"
      dynamic "port" {
        for_each = var.ports
        iterator = each
        labels   = [each.key]
        content {
          to = each.value
        }
      }
    }
    task "t" {
      driver = "exec"
      config {
        command = "/bin/sleep"
        args    = ["1000"]
      }
    }
  }
}`,
};

const example = (name: string) => `\`\`\`hcl\n${languageExamples[name]}\n\`\`\``;

export function languagePage(): string {
  const { steps, output, depth, timeMs } = DEFAULT_LIMITS;
  const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
  return `<!-- Written by \`npm run docs\` from scripts/docs/language-page.ts. Do not edit. -->

# Values, variables, dynamic blocks

[Job file](job-file.md)

A job file is read on the machine that submits it: values are computed, then the job is sent. A file that begins with \`{\` is JSON: HCL's JSON syntax, or a job in the form of the HTTP API.

## Values

${example('values')}

Text in quotes may hold \`\${…}\` and \`%{ if … }\`, \`%{ for … }\`; a \`~\` takes blanks away on its side; \`$\${\` and \`%%{\` stand for themselves. Operators, from the strongest: \`! -\`, \`* / %\`, \`+ -\`, \`> >= < <=\`, \`== !=\`, \`&&\`, \`||\`, \`? :\`. There are [functions](functions.md), but no others than those.

A reference that is not \`var.…\` or \`local.…\` is no error: it stays as it is written and is filled in on the node, such as \`\${NOMAD_PORT_http}\`, \`\${attr.cpu.arch}\` or \`\${node.unique.name}\` ([variables of a task](task-variables.md)).

## Variables and locals

${example('variables')}

A variable's value is, the later wins: its \`default\`; \`NOMAD_VAR_name\` or \`ORCH_VAR_name\` of the environment; files given with \`-var-file\`; \`-var name=value\`. One without any is an error, and so is a \`-var\` of a name that no file declares. Types: \`string\`, \`number\`, \`bool\`, \`any\`, \`list(…)\`, \`set(…)\`, \`map(…)\`, \`object({…})\`, \`tuple([…])\`. Locals may stand in any order.

## Dynamic blocks

${example('dynamic')}

Inside \`content\`, the iterator (called as the block when \`iterator\` is not given) has \`key\` and \`value\`.

## Limits

An error says which one was reached.

| Limit | |
| --- | --- |
| source | ${mebibytes(MAX_SOURCE_LENGTH)} of text |
| steps | ${steps} values and elements computed |
| output | ${mebibytes(output)} of text and elements made |
| depth | ${depth} nested values |
| timeMs | ${timeMs} ms |
`;
}
