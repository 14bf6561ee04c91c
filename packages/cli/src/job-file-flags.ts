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
};

export interface JobFileFlags {
  readonly var?: readonly string[] | undefined;
  readonly 'var-file'?: readonly string[] | undefined;
  readonly 'hcl2-strict': boolean;
}
