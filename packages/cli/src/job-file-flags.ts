// The flags of commands that read a job file. Apart from the reading itself, which only those commands load.

import { Flags } from './oclif.ts';

export const jobFileFlags = {
  var: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'value of a variable, name=value; may be repeated',
    helpValue: 'NAME=VALUE',
  }),
  'var-file': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'file with values of variables; may be repeated',
  }),
  'hcl2-strict': Flags.boolean({
    default: true,
    allowNo: true,
    description: 'a variable file may not set undeclared variables',
  }),
  json: Flags.boolean({ description: 'insist that the file is JSON; without this flag JSON is recognised too' }),
};

/** Nomad's flags for job files that can do nothing here. */
export const refusedJobFileFlags = {
  'vault-namespace': 'there is no Vault here yet',
  'consul-namespace': 'there is no Consul here yet',
  'policy-override': 'there are no Sentinel policies here that could be overridden',
};

export interface JobFileFlags {
  readonly var?: readonly string[] | undefined;
  readonly 'var-file'?: readonly string[] | undefined;
  readonly 'hcl2-strict': boolean;
  readonly json?: boolean | undefined;
  /** Also reads jobs that are right but that no server runs yet. */
  readonly allowNotYetRunnable?: boolean;
  /** Where the job goes when the file does not say it. */
  readonly namespace?: string | undefined;
  readonly region?: string | undefined;
  readonly 'no-color'?: boolean | undefined;
  readonly 'force-color'?: boolean | undefined;
}
