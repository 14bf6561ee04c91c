// `artifact`: a file fetched before a task starts.

import { type BlockSchema, stringMap } from '../field.ts';

export const artifactBlock: BlockSchema = {
  name: 'artifact',
  doc: 'A file or archive fetched before the task starts.',
  fields: [
    {
      hcl: 'source',
      wire: 'GetterSource',
      model: 'source',
      type: 'string',
      required: true,
      doc: 'Where it comes from: an http, https or file URL, or a path.',
    },
    {
      hcl: 'mode',
      wire: 'GetterMode',
      model: 'mode',
      type: 'string',
      default: 'any',
      values: ['any', 'file', 'dir'],
      doc: 'Whether it is a file, a directory or an archive to unpack.',
    },
    {
      hcl: 'destination',
      wire: 'RelativeDest',
      model: 'destination',
      type: 'string',
      default: 'local/',
      doc: "Where it is put, inside the task's directory.",
    },
    {
      hcl: 'options',
      wire: 'GetterOptions',
      model: 'options',
      type: stringMap,
      default: {},
      doc: 'Options of the source, such as `checksum`.',
    },
    {
      hcl: 'headers',
      wire: 'GetterHeaders',
      model: 'headers',
      type: stringMap,
      default: {},
      doc: 'HTTP headers of the request.',
    },
    {
      hcl: 'insecure',
      wire: 'GetterInsecure',
      model: 'insecure',
      type: 'bool',
      default: false,
      doc: "Does not check the server's certificate.",
    },
    {
      hcl: 'chown',
      wire: 'Chown',
      model: 'chown',
      type: 'bool',
      default: false,
      doc: "Gives the files to the task's user.",
    },
  ],
  check(record, _context, report) {
    if (leavesDirectory(String(record['destination']))) {
      report('destination', 'the destination leaves the directory of the task', 'write a path such as local/file');
    }
  },
};

/** A relative path whose `..` steps climb above where it starts. */
export function leavesDirectory(path: string): boolean {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}
