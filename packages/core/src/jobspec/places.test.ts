// Every field the schema declares has its place when it is written, in HCL and in the API's JSON, under the path that the
// rules of the schema name it by. The files are made from the schema, so a new field is held to it as well.

import test from 'ava';
import { jobBlock } from '../schema/blocks/job.ts';
import { type BlockSchema, type FieldSchema, isBlockType } from '../schema/field.ts';
import { fieldName, joinPath, repeatedKey } from '../schema/path.ts';
import { parseJob } from './index.ts';

/** Blocks inside of blocks further in than this are left out: some contain themselves. */
const deepest = 7;

interface Writer {
  readonly lines: string[];
  /** Field path → the line it is written on. */
  readonly expected: Map<string, number>;
}

function write(writer: Writer, text: string, path?: string): void {
  writer.lines.push(text);
  if (path !== undefined) writer.expected.set(path, writer.lines.length);
}

/** How often a block is written: repeated ones twice where that does not make the file too large. */
function times(repeat: 'one' | 'many' | 'map', depth: number): readonly number[] {
  return repeat === 'one' || depth > 2 ? [0] : [0, 1];
}

function written(schema: BlockSchema, depth: number): FieldSchema[] {
  return schema.fields.filter((field) => field.refused === undefined && !(depth > deepest && isBlockType(field.type)));
}

function innerPath(field: FieldSchema, schema: BlockSchema, path: string, index: number): string {
  const outer = joinPath(path, fieldName(field));
  if (!isBlockType(field.type) || field.type.repeat === 'one') return outer;
  const label = schema.label === undefined ? {} : { [schema.label.model]: `l${index}` };
  return outer + repeatedKey(schema, label, index);
}

function writeHcl(schema: BlockSchema, path: string, depth: number, writer: Writer): void {
  for (const field of written(schema, depth)) {
    const { hcl, type } = field;
    if (hcl === undefined) continue;
    const plain = joinPath(path, fieldName(field));
    if (isBlockType(type)) {
      for (const index of times(type.repeat, depth)) {
        const label = type.block.label === undefined ? '' : ` "l${index}"`;
        const inner = innerPath(field, type.block, path, index);
        write(writer, `${hcl}${label} {`, inner);
        writeHcl(type.block, inner, depth + 1, writer);
        write(writer, '}');
      }
    } else if (type === 'json') {
      write(writer, `${hcl} {`, plain);
      write(writer, 'option = 1', `${plain}.option`);
      write(writer, '}');
    } else if (typeof type === 'object') {
      const value = type.kind === 'map' ? '{\n  key = "v"\n}' : '[]';
      write(writer, `${hcl} = ${value.split('\n')[0]}`, plain);
      for (const line of value.split('\n').slice(1)) write(writer, line);
    } else write(writer, `${hcl} = "v"`, plain);
  }
}

function writeJson(schema: BlockSchema, path: string, depth: number, writer: Writer): void {
  if (schema.label !== undefined && path !== '')
    write(writer, `"${schema.label.wire}": "${/\["(l\d)"\]$/.exec(path)?.[1] ?? 'l0'}",`);
  for (const field of written(schema, depth)) {
    const { wire, type } = field;
    if (wire === undefined) continue;
    const plain = joinPath(path, fieldName(field));
    if (!isBlockType(type)) {
      const value = typeof type === 'object' ? (type.kind === 'map' ? '{}' : '[]') : type === 'json' ? '{}' : '"v"';
      write(writer, `"${wire}": ${value},`, plain);
    } else if (type.repeat === 'one') {
      write(writer, `"${wire}": {`, plain);
      writeJson(type.block, plain, depth + 1, writer);
      write(writer, '"//": null},');
    } else {
      const [open, close] = type.repeat === 'many' ? ['[', 'null],'] : ['{', '"//": null},'];
      write(writer, `"${wire}": ${open}`);
      for (const given of times(type.repeat, depth)) {
        // Two lists may hold blocks of one kind, as those of static and dynamic ports: their names differ.
        const isTaken =
          type.block.label !== undefined && writer.expected.has(innerPath(field, type.block, path, given));
        const index = isTaken ? given + 2 : given;
        const inner = innerPath(field, type.block, path, index);
        write(writer, type.repeat === 'many' ? '{' : `"l${index}": {`, inner);
        writeJson(type.block, inner, depth + 1, writer);
        write(writer, '"//": null},');
      }
      write(writer, close);
    }
  }
}

function writeHclJson(schema: BlockSchema, path: string, depth: number, writer: Writer): void {
  for (const field of written(schema, depth)) {
    const { hcl, type } = field;
    if (hcl === undefined) continue;
    const plain = joinPath(path, fieldName(field));
    if (!isBlockType(type)) {
      const isMap = type === 'json' || (typeof type === 'object' && type.kind === 'map');
      write(writer, `"${hcl}": ${isMap ? '{}' : typeof type === 'object' ? '[]' : '"v"'},`, plain);
      continue;
    }
    const isLabelled = type.block.label !== undefined;
    write(writer, `"${hcl}": ${isLabelled ? '{' : '['}`);
    const indexes = times(type.repeat, depth);
    for (const index of indexes) {
      const inner = innerPath(field, type.block, path, index);
      // A single block without a name is shown where its kind is named.
      const isShownHere = isLabelled || indexes.length > 1;
      write(writer, isLabelled ? `"l${index}": {` : '{', isShownHere ? inner : undefined);
      writeHclJson(type.block, inner, depth + 1, writer);
      write(writer, isLabelled || index < indexes.length - 1 ? '"//": null},' : '"//": null}');
    }
    write(writer, isLabelled ? '"//": {}},' : '],');
  }
}

function misplaced(writer: Writer): string[] {
  const { sourceMap } = parseJob(writer.lines.join('\n'), { fileName: 'x' });
  return [...writer.expected].flatMap(([path, line]) => {
    const found = sourceMap.has(path) ? sourceMap.locate(path)?.start.line : undefined;
    return found === line ? [] : [`${path}: line ${found}, not ${line}`];
  });
}

test('every field of the schema has its place in HCL', (t) => {
  const writer: Writer = { lines: ['job "x" {'], expected: new Map() };
  writeHcl(jobBlock, '', 0, writer);
  write(writer, '}');
  t.true(writer.expected.size > 400, `${writer.expected.size} fields`);
  t.deepEqual(misplaced(writer), []);
});

test('every field of the schema has its place in the API’s JSON', (t) => {
  const writer: Writer = { lines: ['{"Job": {'], expected: new Map() };
  writeJson(jobBlock, '', 0, writer);
  write(writer, '"//": null}}');
  t.true(writer.expected.size > 400, `${writer.expected.size} fields`);
  t.deepEqual(misplaced(writer), []);
});

test('every field of the schema has its place in HCL’s JSON', (t) => {
  const writer: Writer = { lines: ['{"job": {"x": {'], expected: new Map() };
  writeHclJson(jobBlock, '', 0, writer);
  write(writer, '"//": null}}}');
  t.true(writer.expected.size > 400, `${writer.expected.size} fields`);
  t.deepEqual(misplaced(writer), []);
});
