// The blocks of the job language as the reference has them: which page, which places, which fields.

import { jobBlock } from '../../../packages/core/src/schema/blocks/job.ts';
import {
  type BlockSchema,
  type BlockType,
  type FieldSchema,
  isBlockType,
} from '../../../packages/core/src/schema/field.ts';

export interface BlockDoc {
  readonly schema: BlockSchema;
  /** How it is written: the name of the field that holds it. */
  readonly keyword: string;
  /** Blocks it may stand in, with the field there. */
  readonly places: readonly { readonly outer: BlockDoc; readonly field: FieldSchema; readonly type: BlockType }[];
  /** The page it is on, without extension, and its heading there. */
  readonly page: string;
  readonly heading: string;
}

type Draft = { -readonly [Key in keyof BlockDoc]: BlockDoc[Key] } & { places: BlockDoc['places'][number][] };

/** Blocks right inside these have pages of their own; blocks further in are sections of their outer block's page. */
const outerBlocks = ['job', 'group', 'task'];

/** All blocks, outer ones first. A block that stands in several places appears once. */
export function collectBlocks(): readonly BlockDoc[] {
  const job: Draft = { schema: jobBlock, keyword: 'job', places: [], page: 'job', heading: 'job' };
  const known = new Map<BlockSchema, Draft>([[jobBlock, job]]);
  const queue = [job];
  for (let outer = queue.shift(); outer !== undefined; outer = queue.shift()) {
    for (const field of outer.schema.fields) {
      if (!isBlockType(field.type) || field.hcl === undefined || isOldSpelling(field)) continue;
      const { block } = field.type;
      const place = { outer, field, type: field.type };
      const found = known.get(block);
      if (found !== undefined) {
        found.places.push(place);
        continue;
      }
      const draft = newBlock(block, field.hcl, outer, [...known.values()]);
      draft.places.push(place);
      known.set(block, draft);
      queue.push(draft);
    }
  }
  return [...known.values()];
}

/** A second name for what another field says: the list of static ports. */
function isOldSpelling(field: FieldSchema): boolean {
  return field.pathName !== undefined && field.pathName !== field.hcl;
}

function newBlock(schema: BlockSchema, keyword: string, outer: Draft, known: readonly Draft[]): Draft {
  const hasPage = outerBlocks.includes(outer.schema.name);
  const taken = (page: string, heading: string) =>
    known.some((other) => other.page === page && (hasPage || other.heading === heading));
  if (hasPage) {
    const page = taken(keyword, keyword) ? `${outer.keyword}-${keyword}` : keyword;
    return {
      schema,
      keyword,
      places: [],
      page,
      heading: page === keyword ? keyword : `${keyword} of a ${outer.keyword}`,
    };
  }
  const heading = taken(outer.page, keyword) ? `${outer.keyword} ${keyword}` : keyword;
  return { schema, keyword, places: [], page: outer.page, heading };
}

export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-');
}

/** A link to a block from a page in the same directory. */
export function linkTo(block: BlockDoc, text = block.heading, from = ''): string {
  const target = block.page === from ? '' : `${block.page}.md`;
  const first = block.page === anchor(block.heading) || block.heading.startsWith(`${block.page.split('-').at(-1)} of `);
  return `[\`${text}\`](${target}${first && target !== '' ? '' : `#${anchor(block.heading)}`})`;
}
