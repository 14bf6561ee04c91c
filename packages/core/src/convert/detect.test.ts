import test from 'ava';
import { detectForeign } from './detect.ts';

for (const [what, fileName, text, expected] of [
  ['a Compose file', 'compose.yaml', 'services:\n  a:\n', 'compose'],
  ['a Compose file on standard input', '<stdin>', '# x\nname: a\nservices:\n', 'compose'],
  ['an empty Compose file', 'docker-compose.yml', 'version: "3"\n', 'compose'],
  ['manifests', 'x.yaml', '---\napiVersion: v1\nkind: Pod\n', 'kubernetes'],
  ['manifests at a URL', 'https://example.org/x', 'kind: Pod\napiVersion: v1\n', 'kubernetes'],
  ['a manifest in JSON', '<stdin>', '{"apiVersion": "v1", "kind": "Pod"}', 'kubernetes'],
  ['other YAML', 'x.yml', 'a: 1\n', 'yaml'],
  ['a job file', 'x.nomad.hcl', 'job "a" {\n}\n', undefined],
  ['a job file on standard input', '<stdin>', '# services:\njob "a" {\n}\n', undefined],
  [
    'a job file with YAML inside',
    'x.hcl',
    'locals {\n  x = <<EOT\nservices:\napiVersion: v1\nkind: x\nEOT\n}\n',
    undefined,
  ],
  ['the same on standard input', '<stdin>', 'locals {\n  x = <<EOT\nservices:\nEOT\n}\n', undefined],
  ['a job in JSON', 'job.json', '{"Job": {"ID": "a", "apiVersion": "v1", "kind": "x"}}', undefined],
  ['a job in JSON on standard input', '<stdin>', '{"ID": "a", "TaskGroups": []}', undefined],
  ['a job in TypeScript', 'job.ts', 'services: 1\n', undefined],
  ['nothing', '<stdin>', '', undefined],
] as const) {
  test(`${what} is ${expected ?? 'none of ours'}`, (t) => t.is(detectForeign(fileName, text), expected));
}
