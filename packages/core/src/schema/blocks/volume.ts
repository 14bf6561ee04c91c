// `volume` and `volume_mount`: storage that outlives an allocation.

import { labelRule } from '../../model/name.ts';
import { type BlockSchema, block, type ModelRecord, type Report, stringList } from '../field.ts';

const mountOptionsBlock: BlockSchema = {
  name: 'mount_options',
  doc: 'How the volume is mounted on the node.',
  fields: [
    {
      hcl: 'fs_type',
      wire: 'FSType',
      model: 'fsType',
      type: 'string',
      doc: 'File system of the volume, such as ext4.',
    },
    {
      hcl: 'mount_flags',
      wire: 'MountFlags',
      model: 'mountFlags',
      type: stringList,
      default: [],
      doc: 'Options of mount, such as "noatime".',
    },
  ],
};

export const volumeBlock: BlockSchema = {
  name: 'volume',
  doc: 'Storage the tasks of the group can mount.',
  label: { model: 'name', wire: 'Name', nameRule: labelRule, doc: 'Name by which tasks mount it.' },
  fields: [
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      required: true,
      values: ['host', 'csi'],
      doc: 'Storage of the node (host) or of a CSI plugin (csi).',
    },
    {
      hcl: 'source',
      wire: 'Source',
      model: 'source',
      type: 'string',
      required: true,
      nameRule: labelRule,
      doc: 'Name of the host volume on the node, or id of the CSI volume.',
    },
    {
      hcl: 'read_only',
      wire: 'ReadOnly',
      model: 'readOnly',
      type: 'bool',
      default: false,
      doc: 'Whether nothing is written to it.',
    },
    {
      hcl: 'access_mode',
      wire: 'AccessMode',
      model: 'accessMode',
      type: 'string',
      values: [
        'single-node-reader-only',
        'single-node-writer',
        'single-node-single-writer',
        'single-node-multi-writer',
        'multi-node-reader-only',
        'multi-node-single-writer',
        'multi-node-multi-writer',
      ],
      doc: 'From how many nodes it is read and written.',
    },
    {
      hcl: 'attachment_mode',
      wire: 'AttachmentMode',
      model: 'attachmentMode',
      type: 'string',
      values: ['file-system', 'block-device'],
      doc: 'Whether it is mounted as a file system or given as a device.',
    },
    {
      hcl: 'per_alloc',
      wire: 'PerAlloc',
      model: 'perAlloc',
      type: 'bool',
      default: false,
      doc: 'Whether every allocation has its own: the number of the allocation is added to the source, as in data[0].',
    },
    {
      hcl: 'sticky',
      wire: 'Sticky',
      model: 'sticky',
      type: 'bool',
      default: false,
      doc: 'Whether a replacement gets the volume that the allocation before it had.',
    },
    {
      hcl: 'mount_options',
      wire: 'MountOptions',
      model: 'mountOptions',
      type: block(mountOptionsBlock),
      doc: 'How the volume is mounted on the node.',
    },
  ],
  check: checkVolume,
};

function checkVolume(record: ModelRecord, _context: unknown, report: Report): void {
  const mode = String(record['accessMode'] ?? '');
  if (record['perAlloc'] === true && record['sticky'] === true) report('sticky', 'it excludes per_alloc', 'keep one');
  if (mode.endsWith('reader-only') && record['readOnly'] !== true) {
    report('read_only', `access_mode = "${mode}" needs read_only = true`, 'add read_only = true');
  }
  if (record['type'] === 'host') {
    if (record['mountOptions'] !== undefined) report('mount_options', 'a host volume is mounted already', 'remove it');
    if (mode.startsWith('multi-node')) report('access_mode', 'a host volume is on one node', 'use a single-node mode');
  }
  if (record['type'] !== 'csi') return;
  if (record['attachmentMode'] === undefined) {
    report('attachment_mode', 'a CSI volume needs an attachment_mode', 'add attachment_mode = "file-system"');
  } else if (record['attachmentMode'] === 'block-device' && record['mountOptions'] !== undefined) {
    report('mount_options', 'a block device is not mounted', 'remove it');
  }
  if (mode === '') report('access_mode', 'a CSI volume needs an access_mode', 'add access_mode = "single-node-writer"');
}

export const volumeMountBlock: BlockSchema = {
  name: 'volume_mount',
  doc: "Where a volume of the group appears in the task's file system.",
  fields: [
    {
      hcl: 'volume',
      wire: 'Volume',
      model: 'volume',
      type: 'string',
      required: true,
      doc: 'Name of the volume in the group.',
    },
    {
      hcl: 'destination',
      wire: 'Destination',
      model: 'destination',
      type: 'string',
      doc: "Path in the task's file system.",
    },
    {
      hcl: 'read_only',
      wire: 'ReadOnly',
      model: 'readOnly',
      type: 'bool',
      default: false,
      doc: 'Whether the task cannot write to it.',
    },
    {
      hcl: 'propagation_mode',
      wire: 'PropagationMode',
      model: 'propagationMode',
      type: 'string',
      default: 'private',
      values: ['private', 'host-to-task', 'bidirectional'],
      doc: 'Whether mounts inside of it are seen on the other side.',
    },
    {
      hcl: 'selinux_label',
      wire: 'SELinuxLabel',
      model: 'selinuxLabel',
      type: 'string',
      values: ['z', 'Z'],
      doc: 'SELinux label of the mount: shared (z) or private (Z).',
    },
  ],
};
