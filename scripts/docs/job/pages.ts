// The reference of the job file, one page for each block inside a job, a group or a task.

import type { FieldSchema } from '../../../packages/core/src/schema/field.ts';
import { isBlockType } from '../../../packages/core/src/schema/field.ts';
import { anchor, type BlockDoc, collectBlocks, linkTo } from './blocks.ts';
import { blockExamples } from './examples.ts';
import { code, defaultText, limitText, noteText, sentence, typeText } from './field-text.ts';

const madeBy = '<!-- Written by `npm run docs` from packages/core/src/schema. Do not edit. -->';

/** Path below docs/reference → text. */
export function jobPages(): ReadonlyMap<string, string> {
  const blocks = collectBlocks();
  const pages = new Map<string, BlockDoc[]>();
  for (const block of blocks) pages.set(block.page, [...(pages.get(block.page) ?? []), block]);
  const result = new Map<string, string>();
  for (const [page, members] of pages) result.set(`job/${page}.md`, pageText(page, fromOutside(members), blocks));
  result.set('job-file.md', indexText([...pages.values()], blocks));
  return result;
}

/** The blocks of a page, each followed by those inside it. */
function fromOutside(members: readonly BlockDoc[]): readonly BlockDoc[] {
  const ordered = new Set<BlockDoc>();
  const visit = (block: BlockDoc) => {
    if (ordered.has(block)) return;
    ordered.add(block);
    for (const other of members) if (other.places.some(({ outer }) => outer === block)) visit(other);
  };
  for (const block of members) visit(block);
  return [...ordered];
}

function pageText(page: string, members: readonly BlockDoc[], blocks: readonly BlockDoc[]): string {
  const example = blockExamples[page];
  const parts = [madeBy, `[Job file](../job-file.md)`];
  members.forEach((block, index) => {
    parts.push(`${index === 0 ? '#' : '##'} ${block.heading}`, sentence(block.schema.doc), placesText(block, page));
    if (index === 0 && example !== undefined) parts.push(`\`\`\`hcl\n${example.text}\n\`\`\``);
    if (index === 0 && members.length > 1) {
      const links = members.slice(1).map((inner) => `[\`${inner.heading}\`](#${anchor(inner.heading)})`);
      parts.push(`Blocks on this page: ${links.join(', ')}.`);
    }
    parts.push(fieldsText(block, page, blocks));
  });
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function placesText(block: BlockDoc, page: string): string {
  const lines = block.places.map(({ outer, type, field }) => {
    const times = type.repeat === 'one' ? 'once' : 'any number of times';
    return `${linkTo(outer, outer.heading, page)} (${times}${field.required === true ? ', required' : ''})`;
  });
  const where = lines.length === 0 ? 'A file has exactly one.' : `Stands in: ${lines.join(', ')}.`;
  const { label } = block.schema;
  return label === undefined ? where : `${where} Its label: ${sentence(label.doc)}`;
}

function fieldsText(block: BlockDoc, page: string, blocks: readonly BlockDoc[]): string {
  const fields = block.schema.fields.filter((field) => field.hcl !== undefined);
  const inner = fields.filter((field) => isBlockType(field.type));
  const simple = fields.filter((field) => !isBlockType(field.type));
  const parts: string[] = [];
  if (simple.length > 0) {
    const rows = simple.map((field) =>
      row([name(field), typeText(field.type), defaultText(field), about(field), wire(field)]),
    );
    parts.push(
      [row(['Field', 'Type', 'Default', '', 'In JSON']), row(['---', '---', '---', '---', '---']), ...rows].join('\n'),
    );
  }
  if (inner.length > 0) {
    const rows = inner.map((field) => {
      const target = blocks.find((other) => isBlockType(field.type) && other.schema === field.type.block);
      const link = target === undefined ? code(field.hcl ?? '') : linkTo(target, field.hcl, page);
      return row([link, `${typeText(field.type)}${existsText(field)}`, about(field), wire(field)]);
    });
    parts.push([row(['Block', '', '', 'In JSON']), row(['---', '---', '---', '---']), ...rows].join('\n'));
  }
  return parts.join('\n\n');
}

function existsText(field: FieldSchema): string {
  const text = defaultText(field);
  if (text === '') return '';
  if (text === 'exists') return ', exists with its defaults';
  const types = /exists \(([^)]*)\)/.exec(text)?.[1];
  return `, exists with its defaults in ${types} jobs`;
}

function name(field: FieldSchema): string {
  return field.required === true ? `${code(field.hcl ?? '')} (required)` : code(field.hcl ?? '');
}

function wire(field: FieldSchema): string {
  return field.wire === undefined ? '' : code(field.wire);
}

function changeText({ destructive }: FieldSchema): string {
  if (destructive === true) return 'A change replaces running allocations.';
  return destructive === 'presence' ? 'Adding or removing one replaces running allocations.' : '';
}

function about(field: FieldSchema): string {
  return [sentence(field.doc), limitText(field), changeText(field), noteText(field)]
    .filter((part) => part !== '')
    .join(' ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function indexText(pages: readonly (readonly BlockDoc[])[], blocks: readonly BlockDoc[]): string {
  const parts = [madeBy, '# Job file', intro, '## Where blocks stand', treeText(blocks), '## All blocks'];
  const rows = [...pages]
    .map((members) => members[0])
    .flatMap((block) => (block === undefined ? [] : [block]))
    .sort((left, right) => (left.page < right.page ? -1 : 1))
    .map((block) => row([`[\`${block.heading}\`](job/${block.page}.md)`, sentence(block.schema.doc)]));
  parts.push([row(['Block', '']), row(['---', '---']), ...rows].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

const intro = `A job file says what is to run and how, in HCL, the Nomad job language, or in its JSON. This reference is written from the schema that orch itself reads job files with. What orch does not do yet is marked: *no effect yet* is kept and warned about, *cannot run yet* and *refused* are errors.

A file has one \`job\`, and may have \`variable\`, \`variables\` and \`locals\` blocks; values may be expressions with [functions](functions.md): [values, variables, dynamic blocks](language.md). A \`task\` that stands in the job itself becomes a group of its own, of the same name. In place of any block there may be a \`dynamic\` one that makes blocks from a list or a map. References such as \`\${attr.cpu.arch}\` or \`\${NOMAD_PORT_http}\` are filled in on the node: [variables of a task](task-variables.md). What a task's \`config\` may hold is on the page of the [drivers](drivers.md). Editors check and complete the JSON forms with [job.schema.json](job.schema.json) (the HTTP API's names) and [job-hcl.schema.json](job-hcl.schema.json) (HCL's names).

Types: *text* in quotes, *number*, *true or false*, *duration* (text such as \`"90s"\` or \`"1h30m"\`, or nanoseconds), *list* in brackets, *map* in braces. A *block* has no \`=\`.`;

/** The blocks inside job, group and task, as a tree with links. */
function treeText(blocks: readonly BlockDoc[]): string {
  const lines: string[] = [];
  const visit = (block: BlockDoc, depth: number, text: string) => {
    lines.push(`${'  '.repeat(depth)}- ${text}`);
    if (depth > 2) return;
    for (const other of blocks) {
      if (!other.places.some(({ outer }) => outer === block)) continue;
      const link = `[\`${other.keyword}\`](job/${other.page}.md${other.page === block.page ? `#${anchor(other.heading)}` : ''})`;
      if (['group', 'task'].includes(other.keyword) || !['job', 'group', 'task'].includes(block.keyword))
        visit(other, depth + 1, link);
      else lines.push(`${'  '.repeat(depth + 1)}- ${link}`);
    }
  };
  const [job] = blocks;
  if (job !== undefined) visit(job, 0, '[`job`](job/job.md)');
  return lines.join('\n');
}
