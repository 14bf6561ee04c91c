// Base64, JSON, CSV and URLs.

import { type FunctionEnvironment, family, type YamlNode } from '../evaluate/function-table.ts';
import { type Value, ValueError } from '../evaluate/value.ts';
import { argumentAt, blame, textArg } from './arguments.ts';
import { decodeBase64, encodeBase64 } from './bytes.ts';
import { decodeCsv } from './csv.ts';
import { decodeJson, encodeJson } from './json-text.ts';
import { valueOfYaml } from './yaml-decode.ts';
import { encodeYaml } from './yaml-encode.ts';

function decodeBase64Text(args: readonly Value[]): Value {
  const bytes = decodeBase64(textArg(args, 0));
  if (bytes === undefined) throw new ValueError('this is no base64', 0);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ValueError('the decoded bytes are no UTF-8 text', 0);
  }
}

function readYaml(text: string, parse: FunctionEnvironment['parseYaml']): YamlNode {
  try {
    return parse?.(text) ?? { kind: 'scalar', text: '', isQuoted: false };
  } catch (error) {
    throw new ValueError(`this is no YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function urlEncode(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return encoded
    .replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

export const encodingFunctions = family({
  base64encode: {
    params: ['text'],
    doc: 'UTF-8 text as base64.',
    fn: (args) => encodeBase64(new TextEncoder().encode(textArg(args, 0))),
  },
  base64decode: { params: ['text'], doc: 'Text from base64.', fn: decodeBase64Text },
  jsonencode: {
    params: ['value'],
    allowNull: true,
    doc: 'A value as JSON.',
    fn: (args) => encodeJson(argumentAt(args, 0)),
  },
  jsondecode: { params: ['text'], doc: 'A value from JSON.', fn: (args) => decodeJson(textArg(args, 0)) },
  csvdecode: {
    params: ['text'],
    doc: 'A list of objects from CSV with a header line.',
    fn: (args) => decodeCsv(textArg(args, 0)),
  },
  yamlencode: {
    params: ['value'],
    allowNull: true,
    doc: 'A value as YAML.',
    fn: (args) => encodeYaml(argumentAt(args, 0)),
  },
  yamldecode: {
    params: ['text'],
    needs: 'parseYaml',
    doc: 'A value from YAML.',
    fn: (args, { environment, budget }) => {
      const node = blame(0, () => readYaml(textArg(args, 0), environment.parseYaml));
      return valueOfYaml(node, () => {
        budget.step();
        budget.produce(1);
      });
    },
  },
  urlencode: { params: ['text'], doc: 'Text for the query of a URL.', fn: (args) => urlEncode(textArg(args, 0)) },
});
