// `ephemeral_disk`: the disk space of an allocation's directory.

import type { BlockSchema } from '../field.ts';

export const ephemeralDiskBlock: BlockSchema = {
  name: 'ephemeral_disk',
  doc: "Disk space of the allocation's directory.",
  fields: [
    {
      hcl: 'size',
      wire: 'SizeMB',
      model: 'sizeMiB',
      type: 'int',
      default: 300,
      min: 10,
      destructive: true,
      doc: 'Space the scheduler reserves, in MB.',
    },
    {
      hcl: 'sticky',
      wire: 'Sticky',
      model: 'sticky',
      type: 'bool',
      default: false,
      destructive: true,
      doc: 'Keeps the data when the allocation is replaced on the same node.',
    },
    {
      hcl: 'migrate',
      wire: 'Migrate',
      model: 'migrate',
      type: 'bool',
      default: false,
      destructive: true,
      noEffect: 'data is not moved between nodes yet',
      doc: 'Moves the data when the allocation is replaced on another node.',
    },
  ],
};
