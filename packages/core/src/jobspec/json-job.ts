// Job files written in JSON: the HTTP API's form, and HCL's JSON form.

import { decodeJobJson } from '../schema/decode-wire.ts';
import type { FieldProblem, ModelRecord } from '../schema/field.ts';
import { jsonBody } from './decode/json-body.ts';
import type { PlaceTable } from './decode/places.ts';
import { wirePlaces } from './decode/wire-places.ts';
import type { Body } from './syntax/ast.ts';
import { type DiagnosticSink, diagnosticAt } from './syntax/diagnostic.ts';
import { type JsonNode, type JsonObjectNode, jsonValue, parseJson } from './syntax/json.ts';
import { MAX_SOURCE_LENGTH, type Source } from './syntax/source.ts';

/** A file whose first character that is no blank is `{`. */
export function isJsonText(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** Reads either JSON form. `decode` decodes the tree of the HCL form. */
export function parseJsonJob(
  source: Source,
  sink: DiagnosticSink,
  places: PlaceTable,
  decode: (body: Body, source: Source) => ModelRecord | undefined,
): ModelRecord | undefined {
  if (source.text.length > MAX_SOURCE_LENGTH) {
    const detail = `The file has ${source.text.length} characters; at most ${MAX_SOURCE_LENGTH} are read (limit "source size").`;
    sink.add(diagnosticAt(source, { from: 0, to: 0 }, 'File too large', detail));
    return undefined;
  }
  const root = parseJson(source, sink);
  if (root === undefined || root.kind !== 'object') return undefined;
  const wrapped = member(root, 'Job');
  const isApiForm =
    wrapped !== undefined || member(root, 'TaskGroups') !== undefined || member(root, 'ID') !== undefined;
  if (!isApiForm) return decode(jsonBody(root, source, sink), source);
  return readApiForm(wrapped ?? root, source, sink, places);
}

function member(node: JsonObjectNode, name: string): JsonNode | undefined {
  return node.members.find((item) => item.key === name)?.value;
}

function readApiForm(node: JsonNode, source: Source, sink: DiagnosticSink, places: PlaceTable): ModelRecord {
  wirePlaces(node, places);
  const result = decodeJobJson(jsonValue(node), { unknownKeys: 'error' });
  for (const problem of result.errors) add(problem, source, sink, places);
  return result.record;
}

function add(problem: FieldProblem, source: Source, sink: DiagnosticSink, places: PlaceTable): void {
  const span = places.get(problem.path) ?? places.get('') ?? { from: 0, to: 0 };
  const message = `${problem.message.charAt(0).toUpperCase()}${problem.message.slice(1)}.`;
  sink.add(diagnosticAt(source, span, 'Invalid job', message, { hint: problem.hint, path: problem.path }));
}
