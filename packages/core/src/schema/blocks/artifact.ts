// `artifact`: a file fetched before a task starts.

import { type BlockSchema, stringMap } from '../field.ts';
import { leavesTask } from '../task-path.ts';

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
      doc: "Where it is put, in the task's directory; a single file keeps its name below local/.",
    },
    {
      hcl: 'options',
      wire: 'GetterOptions',
      model: 'options',
      type: stringMap,
      default: {},
      doc: 'Options of the source, such as `checksum` or `archive`.',
    },
    {
      hcl: 'headers',
      wire: 'GetterHeaders',
      model: 'headers',
      type: stringMap,
      default: {},
      doc: 'HTTP headers of the request that fetches it.',
    },
    {
      hcl: 'insecure',
      wire: 'GetterInsecure',
      model: 'insecure',
      type: 'bool',
      default: false,
      doc: "Whether the server's certificate is not verified.",
    },
    {
      hcl: 'chown',
      wire: 'Chown',
      model: 'chown',
      type: 'bool',
      default: false,
      doc: "Whether the files are given to the task's user.",
    },
  ],
  fold(record, _context, given) {
    if (given['mode'] !== 'file' || given['destination'] !== undefined) return;
    record['destination'] = `local/${baseName(String(record['source'] ?? ''))}`;
  },
  check(record, _context, report) {
    if (leavesTask(String(record['destination']))) {
      report('destination', 'the destination leaves the directory of the task', 'write a path such as local/file');
    }
    const checksum = (record['options'] as Record<string, string>)['checksum'];
    if (checksum !== undefined && !checksum.includes('${') && !isChecksum(checksum.trim())) {
      const kinds = Object.keys(DIGITS).join(', ');
      report(
        'options.checksum',
        `"${checksum}" is no checksum`,
        `write it like "sha256:…", one of ${kinds} in hex digits`,
      );
    }
  },
};

function baseName(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** Hexadecimal digits of a checksum, by its kind. */
const DIGITS: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };

function isChecksum(text: string): boolean {
  const [kind = '', value = '', more] = text.split(':');
  return (
    more === undefined && Object.hasOwn(DIGITS, kind) && value.length === DIGITS[kind] && /^[0-9A-Fa-f]+$/.test(value)
  );
}
