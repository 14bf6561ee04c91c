// Damaged files: whatever is thrown at the parser, it answers with diagnostics, soon.

import test from 'ava';
import fc from 'fast-check';
import { parseJob, renderDiagnostic } from './index.ts';

const WHOLE = `variable "v" {
  type    = list(string)
  default = ["a", "b"]
}
locals { m = { for i, x in var.v : x => "\${i}%{ if i > 0 }!%{ endif }" } }
job "a" {
  datacenters = ["*"]
  group "g" {
    network {
      mode = "bridge"
      dynamic "port" {
        for_each = local.m
        labels   = [port.key]
        content { to = strlen(port.value) + 80 }
      }
    }
    task "t" {
      driver = "exec"
      config {
        command = <<-EOT
          echo \${NOMAD_PORT_a} \${upper("x")}
          EOT
        args    = local.m[*]
      }
      constraint {
        attribute = "\${attr.kernel.name}"
        regexp    = "lin.*"
      }
    }
  }
}
`;
const PIECES = [
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '"',
  '${',
  '%{',
  '~}',
  '<<EOT\n',
  '=',
  ',',
  '.',
  '*',
  '...',
  '\n',
  '#',
  '/*',
  'for',
  'in',
  'null',
  '1e999',
  '😀',
  '\u0000',
  '\\',
];

/** The text with a few pieces cut out, doubled or put in. */
const damaged = fc
  .array(fc.tuple(fc.nat(WHOLE.length), fc.nat(30), fc.constantFrom(...PIECES), fc.nat(2)), {
    minLength: 1,
    maxLength: 6,
  })
  .map((changes) => {
    let text = WHOLE;
    for (const [at, length, piece, kind] of changes) {
      const middle = kind === 0 ? '' : kind === 1 ? piece + text.slice(at, at + length) : piece;
      text = text.slice(0, at) + middle + text.slice(at + length);
    }
    return text;
  });

function answers(text: string): boolean {
  const { job, diagnostics, warnings, sources } = parseJob(text, { fileName: 'x.hcl' });
  for (const diagnostic of [...diagnostics, ...warnings]) renderDiagnostic(diagnostic, sources);
  return (job === undefined) === diagnostics.length > 0;
}

test('the undamaged file is sound', (t) => {
  t.deepEqual(parseJob(WHOLE, { fileName: 'x.hcl' }).diagnostics, []);
});

test('a damaged file is a job or has errors, and nothing is thrown', (t) => {
  fc.assert(fc.property(damaged, answers), { numRuns: 3_000 });
  t.pass();
});

test('any text at all is answered', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), answers), { numRuns: 1_000 });
  fc.assert(
    fc.property(
      fc.json().map((text) => `{"job": ${text}}`),
      answers,
    ),
    { numRuns: 500 },
  );
  t.pass();
});
