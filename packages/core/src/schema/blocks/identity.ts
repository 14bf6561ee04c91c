// `identity`: a signed token that says who a task is.

import { type BlockSchema, stringList, stringMap } from '../field.ts';

export const identityBlock: BlockSchema = {
  name: 'identity',
  doc: 'A signed token that says who the task is.',
  fields: [
    { hcl: 'name', wire: 'Name', model: 'name', type: 'string', default: 'default', doc: 'Name of the identity.' },
    { hcl: 'aud', wire: 'Audience', model: 'audience', type: stringList, default: [], doc: 'Who the token is for.' },
    { hcl: 'ttl', wire: 'TTL', model: 'ttlMs', type: 'duration', doc: 'How long it is valid.' },
    { hcl: 'file', wire: 'File', model: 'file', type: 'bool', default: false, doc: 'Writes it to a file.' },
    { hcl: 'env', wire: 'Env', model: 'env', type: 'bool', default: false, doc: 'Sets an environment variable.' },
    { hcl: 'filepath', wire: 'Filepath', model: 'filepath', type: 'string', doc: 'Which file.' },
    {
      hcl: 'change_mode',
      wire: 'ChangeMode',
      model: 'changeMode',
      type: 'string',
      doc: 'What happens when it is renewed.',
    },
    { hcl: 'change_signal', wire: 'ChangeSignal', model: 'changeSignal', type: 'string', doc: 'Signal at renewal.' },
    { hcl: 'service_name', wire: 'ServiceName', model: 'serviceName', type: 'string', doc: 'Service it is for.' },
    {
      hcl: 'extra_claims',
      wire: 'ExtraClaims',
      model: 'extraClaims',
      type: stringMap,
      default: {},
      doc: 'Further claims.',
    },
  ],
};
