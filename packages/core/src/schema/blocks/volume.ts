// `volume` and `volume_mount`: storage that outlives an allocation.

import { type BlockSchema, block, stringList } from '../field.ts';

const mountOptionsBlock: BlockSchema = {
  name: 'mount_options',
  doc: 'How the volume is mounted.',
  fields: [
    { hcl: 'fs_type', wire: 'FSType', model: 'fsType', type: 'string', doc: 'File system.' },
    {
      hcl: 'mount_flags',
      wire: 'MountFlags',
      model: 'mountFlags',
      type: stringList,
      default: [],
      doc: 'Mount options.',
    },
  ],
};

export const volumeBlock: BlockSchema = {
  name: 'volume',
  doc: 'Storage the group uses.',
  label: { model: 'name', wire: 'Name', doc: 'Name in the group.' },
  fields: [
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      required: true,
      values: ['host', 'csi'],
      doc: 'host or csi.',
    },
    { hcl: 'source', wire: 'Source', model: 'source', type: 'string', doc: 'Name on the node or in the cluster.' },
    { hcl: 'read_only', wire: 'ReadOnly', model: 'readOnly', type: 'bool', default: false, doc: 'No writes.' },
    { hcl: 'access_mode', wire: 'AccessMode', model: 'accessMode', type: 'string', doc: 'CSI access mode.' },
    {
      hcl: 'attachment_mode',
      wire: 'AttachmentMode',
      model: 'attachmentMode',
      type: 'string',
      doc: 'CSI attachment mode.',
    },
    {
      hcl: 'per_alloc',
      wire: 'PerAlloc',
      model: 'perAlloc',
      type: 'bool',
      default: false,
      doc: 'One volume for each allocation.',
    },
    {
      hcl: 'sticky',
      wire: 'Sticky',
      model: 'sticky',
      type: 'bool',
      default: false,
      doc: 'The same volume for a replacement.',
    },
    {
      hcl: 'mount_options',
      wire: 'MountOptions',
      model: 'mountOptions',
      type: block(mountOptionsBlock),
      doc: 'Mount options.',
    },
  ],
};

export const volumeMountBlock: BlockSchema = {
  name: 'volume_mount',
  doc: "Where a volume of the group appears in the task's file system.",
  fields: [
    { hcl: 'volume', wire: 'Volume', model: 'volume', type: 'string', required: true, doc: 'Name in the group.' },
    {
      hcl: 'destination',
      wire: 'Destination',
      model: 'destination',
      type: 'string',
      required: true,
      doc: 'Path in the task.',
    },
    { hcl: 'read_only', wire: 'ReadOnly', model: 'readOnly', type: 'bool', default: false, doc: 'No writes.' },
    {
      hcl: 'propagation_mode',
      wire: 'PropagationMode',
      model: 'propagationMode',
      type: 'string',
      default: 'private',
      values: ['private', 'host-to-task', 'bidirectional'],
      doc: 'Mount propagation.',
    },
    { hcl: 'selinux_label', wire: 'SELinuxLabel', model: 'selinuxLabel', type: 'string', doc: 'SELinux label.' },
  ],
};
