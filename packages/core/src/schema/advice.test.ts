// What Nomad takes and people should know: said, with its place, and the job is accepted.

import test from 'ava';
import { parseJob } from '../jobspec/parse-job.ts';

const advice: readonly (readonly [title: string, group: string, path: string, detail: RegExp])[] = [
  [
    'a group without a main task',
    'task "t" {\ndriver = "exec"\nlifecycle {\nhook = "poststart"\n}\n}',
    'group["g"]',
    /no task of the group is a main task/i,
  ],
  [
    'restarts of a task that its interval never counts to the end',
    'task "t" {\ndriver = "exec"\nrestart {\nattempts = 30\ninterval = "5m"\nmode = "delay"\n}\n}',
    'group["g"].task["t"].restart.interval',
    /30 restarts with a delay of 15 s do not fit/,
  ],
  [
    'more at a time than there are',
    'count = 2\nupdate {\nmax_parallel = 3\n}\ntask "t" {\ndriver = "exec"\n}',
    'group["g"].update.max_parallel',
    /3 at a time are more than the 2/,
  ],
];

for (const [title, group, path, detail] of advice) {
  test(`warned of: ${title}`, (t) => {
    const { job, diagnostics, warnings } = parseJob(`job "j" {\ngroup "g" {\n${group}\n}\n}`, { fileName: 'a.hcl' });
    t.deepEqual(diagnostics, []);
    t.not(job, undefined);
    const warning = warnings.find((item) => item.path === path);
    t.regex(warning?.detail ?? JSON.stringify(warnings), detail);
    t.not(warning?.range, undefined);
  });
}
