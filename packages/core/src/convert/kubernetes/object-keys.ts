// The keys every object of a manifest has.

import type { Span } from '../../jobspec/syntax/source.ts';
import type { Conversion } from '../read/conversion.ts';
import { type AnyTable, type KeyTable, reads, warns } from '../read/key-table.ts';
import type { Tree } from '../yaml/tree.ts';
import { metadataKeys } from './metadata-keys.ts';

export interface ObjectFile {
  readonly tree: Tree;
  readonly kind: string;
  readonly name: string;
  readonly at: Span;
}

interface TopContext {
  readonly run: Conversion;
  readonly metadata: (value: Tree) => void;
  readonly spec?: (value: Tree) => void;
}
/** The keys every object has. */
export const objectKeys: KeyTable<TopContext> = {
  apiVersion: reads('must be the stable one of the kind', () => undefined),
  kind: reads('what becomes of it: see below', () => undefined),
  metadata: reads('see below', (value, { metadata }) => metadata(value), { inner: () => metadataKeys as AnyTable }),
  spec: reads(
    'see the kind',
    (value, { spec, run }, { keySpan }) => {
      if (spec !== undefined) spec(value);
      else run.error(keySpan, 'Unknown key', 'Objects of this kind have no spec.');
    },
    { nullable: true },
  ),
  status: warns('it comes from a cluster, not from a person'),
};
