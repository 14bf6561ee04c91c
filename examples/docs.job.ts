// The job of docs.nomad.hcl, written in TypeScript.
//
//   orch job run examples/docs.job.ts
//   orch job run -var image=web:2 examples/docs.job.ts

import { group, type JobInputs, job, task } from '@orch/core/jobspec';

const server = (image: string) =>
  task('server', {
    driver: 'docker',
    config: {
      image,
      ports: ['http'],
      args: ['-listen', ':5678', '-text', 'hello from ${NOMAD_JOB_NAME}'],
    },
    resources: { cpu: 100, memory: 64 },
  });

export default ({ vars }: JobInputs) =>
  job(
    'docs',
    group('example', { network: { port: { http: { static: 5678 } } } }, server(vars['image'] ?? 'orch-example/echo:1')),
  );
