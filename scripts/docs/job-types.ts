// Writes the option types of jobs in TypeScript from the schema.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFields, camelName } from '../../packages/core/src/jobspec/builder/field-names.ts';
import { groupBlock } from '../../packages/core/src/schema/blocks/group.ts';
import { jobBlock } from '../../packages/core/src/schema/blocks/job.ts';
import { taskBlock } from '../../packages/core/src/schema/blocks/task.ts';
import { type BlockSchema, type FieldSchema, isBlockType } from '../../packages/core/src/schema/field.ts';
import { driverTypeFiles } from './driver-types.ts';
import { comment, HEAD, pascal } from './type-text.ts';

const target = fileURLToPath(new URL('../../packages/core/src/jobspec/builder/types/', import.meta.url));

/** Most lines of a file before the blocks go on in the next. */
const FILE_LINES = 190;

interface Interface {
  readonly name: string;
  readonly text: string;
  /** Other interfaces it names. */
  readonly uses: ReadonlySet<string>;
}

/** File name → text, as they should be. */
export function jobTypeFiles(): ReadonlyMap<string, string> {
  const names = namesOf(blocksIn(jobBlock, groupBlock, taskBlock));
  const all = [...names].map(([schema, name]) => interfaceOf(schema, name, names));
  const files = new Map<string, Interface[]>([
    ['job.ts', all.filter(({ name }) => name === 'JobOptions')],
    ['group.ts', all.filter(({ name }) => name === 'GroupOptions')],
    ['task.ts', all.filter(({ name }) => name === 'TaskFields')],
  ]);
  const rest = all.filter(({ name }) => !['JobOptions', 'GroupOptions', 'TaskFields'].includes(name));
  let part: Interface[] = [];
  for (const item of rest) {
    const lines = part.reduce((sum, { text }) => sum + text.split('\n').length, 0);
    if (part.length === 0 || lines + item.text.split('\n').length > FILE_LINES) {
      part = [];
      files.set(`blocks-${files.size - 2}.ts`, part);
    }
    part.push(item);
  }
  const home = new Map([...files].flatMap(([file, items]) => items.map(({ name }) => [name, file] as const)));
  const texts = new Map([...files].map(([file, items]) => [file, fileText(file, items, home)]));
  return formatted(new Map([...texts, ...driverTypeFiles()]));
}

/** Writes the files. */
export function writeJobTypes(): void {
  for (const [file, text] of jobTypeFiles()) writeFileSync(join(target, file), text);
}

/** Names of files that are not as they should be. */
export function staleJobTypes(): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(join(target, file), 'utf8');
    } catch {
      return undefined;
    }
  };
  return [...jobTypeFiles()].filter(([file, text]) => read(file) !== text).map(([file]) => file);
}

/** All blocks, an outer one before its inner ones. */
function blocksIn(...roots: readonly BlockSchema[]): Set<BlockSchema> {
  const found = new Set<BlockSchema>();
  const visit = (schema: BlockSchema) => {
    if (found.has(schema)) return;
    found.add(schema);
    for (const field of usable(schema)) if (isBlockType(field.type)) visit(field.type.block);
  };
  for (const root of roots) visit(root);
  return found;
}

function usable(schema: BlockSchema): FieldSchema[] {
  const fields = [...buildFields(schema).values()].filter((field) => field.refused === undefined);
  return schema === taskBlock ? fields.filter(({ hcl }) => hcl !== 'driver' && hcl !== 'config') : fields;
}

function namesOf(schemas: ReadonlySet<BlockSchema>): Map<BlockSchema, string> {
  const names = new Map<BlockSchema, string>();
  const taken = new Set<string>();
  for (const schema of schemas) {
    const base = `${pascal(schema.name)}${schema === taskBlock ? 'Fields' : 'Options'}`;
    let name = base;
    for (let count = 2; taken.has(name); count += 1) name = `${base}${count}`;
    taken.add(name);
    names.set(schema, name);
  }
  return names;
}

function interfaceOf(schema: BlockSchema, name: string, names: ReadonlyMap<BlockSchema, string>): Interface {
  const uses = new Set<string>();
  const lines = usable(schema).map((field) => {
    const required = field.required === true && field.default === undefined;
    const type = typeOf(field, names, uses);
    const key = camelName(field.hcl as string);
    return `${docOf(field)}readonly ${key}${required ? '' : '?'}: ${type}${required ? '' : ' | undefined'};`;
  });
  if (lines.length === 0)
    return { name, uses, text: `${comment(schema.doc)}export type ${name} = Readonly<Record<string, never>>;` };
  return { name, uses, text: `${comment(schema.doc)}export interface ${name} {\n${lines.join('\n')}\n}` };
}

function typeOf(field: FieldSchema, names: ReadonlyMap<BlockSchema, string>, uses: Set<string>): string {
  const use = (name: string) => {
    uses.add(name);
    return name;
  };
  const { type } = field;
  if (isBlockType(type)) {
    const inner = use(names.get(type.block) as string);
    if (type.block.label !== undefined) return `${use('Labelled')}<${inner}>`;
    return type.repeat === 'one' ? inner : `${use('Repeated')}<${inner}>`;
  }
  if (typeof type === 'object') {
    if (type.kind === 'map') return use('TextMap');
    return `readonly ${type.of === 'string' ? 'string' : 'number'}[]`;
  }
  switch (type) {
    case 'string':
      return field.values === undefined ? 'string' : field.values.map((value) => JSON.stringify(value)).join(' | ');
    case 'bool':
      return 'boolean';
    case 'duration':
      return use('Duration');
    case 'json':
      return use('JsonObject');
    default:
      return 'number';
  }
}

function docOf(field: FieldSchema): string {
  const value = typeof field.default === 'function' ? undefined : field.default;
  const isShown = ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
  const unit = field.type === 'duration' ? ' ms' : '';
  const shown = isShown ? [`@default ${JSON.stringify(value)}${unit}`] : [];
  const old = field.deprecated === undefined ? [] : [`@deprecated ${field.deprecated}`];
  return comment(field.doc, ...shown, ...old);
}

const values = ['Duration', 'JsonObject', 'Labelled', 'Repeated', 'RunTimeText', 'TextMap'];

function fileText(file: string, items: readonly Interface[], home: ReadonlyMap<string, string>): string {
  const imports = new Map<string, string[]>();
  for (const name of new Set(items.flatMap(({ uses }) => [...uses]))) {
    const from = values.includes(name) ? 'values.ts' : (home.get(name) as string);
    if (from !== file) imports.set(from, [...(imports.get(from) ?? []), name]);
  }
  const lines = [...imports].map(([from, names]) => `import type { ${names.sort().join(', ')} } from './${from}';`);
  return [HEAD, lines.sort().join('\n'), ...items.map(({ text }) => text)].join('\n\n');
}

/** As the formatter of the house lays it out. */
function formatted(files: ReadonlyMap<string, string>): Map<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'orch-job-types-'));
  try {
    for (const [file, text] of files) writeFileSync(join(dir, file), `${text}\n`);
    const config = fileURLToPath(new URL('../../', import.meta.url));
    const args = ['check', '--write', '--linter-enabled=false', `--config-path=${config}`, '--vcs-enabled=false', dir];
    execFileSync(fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url)), args, { stdio: 'pipe' });
    return new Map([...files.keys()].map((file) => [file, readFileSync(join(dir, file), 'utf8')]));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
