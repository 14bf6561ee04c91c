// Valid HCL files, laid out badly: what a formatter is tested with.

/** A whole number from 0 up to but not including `below`. */
export type Pick = (below: number) => number;

/** The same numbers for the same seed, on every machine. */
export function pickFrom(seed: number): Pick {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Writer {
  readonly pick: Pick;
  readonly newline: string;
  /** Counts attributes: a body has each name once. */
  attributes: number;
}

/** A file with blocks, attributes, comments and expressions of every kind, and blanks where nobody would put them. */
export function messyFile(pick: Pick): string {
  const writer: Writer = { pick, newline: pick(8) === 0 ? '\r\n' : '\n', attributes: 0 };
  const text = body(writer, 0);
  // A heredoc ends with its line.
  return pick(6) === 0 && !text.trimEnd().endsWith('EOT') ? text.trimEnd() : text;
}

function one<T>(writer: Writer, ...choices: readonly T[]): T {
  return choices[writer.pick(choices.length)] as T;
}

/** Blanks that may be none. */
function gap(writer: Writer): string {
  return one(writer, '', '', ' ', ' ', '  ', '\t', '    ');
}

/** Blanks that keep two words apart. */
function blank(writer: Writer): string {
  return one(writer, ' ', ' ', '  ', '\t', ' /* why */ ');
}

/** Blanks inside brackets, where a line may end. */
function loose(writer: Writer): string {
  return writer.pick(5) === 0 ? lineEnd(writer) + gap(writer) : gap(writer);
}

function lineEnd(writer: Writer): string {
  return gap(writer) + one(writer, '', '', '', '# note', '// längere Notiz', '/* inline */') + writer.newline;
}

function name(writer: Writer): string {
  return one(writer, 'a', 'bc', 'count', 'some_long_name', 'with-dash', 'größe', 'in', 'x9');
}

function attributeName(writer: Writer): string {
  writer.attributes += 1;
  return name(writer) + writer.attributes;
}

function body(writer: Writer, depth: number): string {
  let text = '';
  for (let left = 1 + writer.pick(5); left > 0; left -= 1) text += item(writer, depth);
  return text;
}

function item(writer: Writer, depth: number): string {
  const { newline } = writer;
  switch (writer.pick(depth > 3 ? 7 : 11)) {
    case 0:
      return `${gap(writer)}${newline}`;
    case 1:
      return `${gap(writer)}${one(writer, '# a comment  ', '//no blank', '/* block */', `/* two${newline}   lines */`)}${newline}`;
    case 2:
      return heredoc(writer, depth);
    case 3:
    case 4:
    case 5:
    case 6:
      return `${gap(writer)}${attributeName(writer)}${gap(writer)}=${gap(writer)}${value(writer, depth)}${lineEnd(writer)}`;
    case 7:
      return `${head(writer)}{${gap(writer)}${name(writer)}${gap(writer)}=${gap(writer)}${simple(writer)}${gap(writer)}}${lineEnd(writer)}`;
    case 8:
      return `${head(writer)}{${gap(writer)}}${lineEnd(writer)}`;
    default:
      return `${head(writer)}{${lineEnd(writer)}${body(writer, depth + 1)}${gap(writer)}}${lineEnd(writer)}`;
  }
}

function head(writer: Writer): string {
  const labels = Array.from({ length: writer.pick(3) }, () => one(writer, '"label"', '"ü"', 'bare'));
  return (
    [gap(writer) + name(writer), ...labels].join(one(writer, ' ', '  ', '\t')) +
    (labels.length === 0 ? ' ' : gap(writer))
  );
}

function heredoc(writer: Writer, depth: number): string {
  const { newline } = writer;
  const inside = depth > 2 ? 'x' : value(writer, 4);
  const lines = [
    '  kept   as is',
    `a \${${gap(writer)}${inside}${gap(writer)}} b`,
    '%{ if x ~}yes%{ endif }',
    '\t$${no}',
    '',
  ];
  const shown = lines.filter(() => writer.pick(2) === 0).map((line) => line + newline);
  const marker = one(writer, 'EOT', '  EOT', '\tEOT');
  return `${attributeName(writer)}${gap(writer)}=${gap(writer)}${one(writer, '<<EOT', '<<-EOT')}${newline}${shown.join('')}${marker}${newline}`;
}

/** A value without a line break. */
function simple(writer: Writer): string {
  return one(writer, '1', '-1', '0.5e3', 'true', 'null', '"text"', '"with  blanks # and ${  var.x}"', 'var.a', '""');
}

function value(writer: Writer, depth: number): string {
  if (depth > 5) return simple(writer);
  const inner = () => value(writer, depth + 2);
  const g = () => gap(writer);
  const l = () => loose(writer);
  switch (writer.pick(18)) {
    case 0:
      return `[${l()}${inner()}${l()},${l()}${inner()}${l()}${one(writer, '', ',')}${l()}]`;
    case 1:
      return `[${l()}]`;
    case 2:
      return object(writer, depth);
    case 3:
      return `{${g()}}`;
    case 4:
      return `${name(writer)}${g()}(${l()}${inner()}${l()},${l()}${inner()}${l()})`;
    case 5:
      return `concat(${g()}a${g()}...${g()})`;
    case 6:
      return `[${l()}for${blank(writer)}x${blank(writer)}in${blank(writer)}${inner()}${l()}:${l()}${inner()}${l()}]`;
    case 7:
      return `{${l()}for${blank(writer)}k${g()},${g()}v${blank(writer)}in${blank(writer)}m${l()}:${l()}k${l()}=>${l()}v${g()}...${blank(writer)}if${blank(writer)}v${g()}!=${g()}null${l()}}`;
    case 8:
      return `(${l()}${inner()}${l()})`;
    case 9:
      return `x${g()}?${g()}${inner()}${g()}:${g()}${inner()}`;
    case 10:
      return `${inner()}${blank(writer)}${one(writer, '+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||')}${blank(writer)}${inner()}`;
    case 11:
      return `${one(writer, '!', '-')}${g()}(${g()}${inner()}${g()})`;
    case 12:
      return `var${g()}.${g()}a${g()}[${g()}0${g()}]${g()}.${g()}b`;
    case 13:
      return one(writer, 'a.*.b', 'a[*].b', 'a . * . b', 'a [ * ] . b');
    case 14:
      return `"a \${${g()}${depth > 3 ? 'x' : inner()}${g()}} %{ if x }b%{else}c%{   endif ~} d"`;
    case 15:
      return `"\${${one(writer, '', '~')}${g()}{${g()}a${g()}=${g()}1${g()}}${g()}}"`;
    default:
      return simple(writer);
  }
}

function object(writer: Writer, depth: number): string {
  const entry = () =>
    `${gap(writer)}${one(writer, 'a', 'longer_key', '"quoted"', '(var.x)')}${gap(writer)}${one(writer, '=', '=', ':')}${gap(writer)}${value(writer, depth + 2)}`;
  if (writer.pick(2) === 0) return `{${entry()}${gap(writer)},${entry()}${gap(writer)}}`;
  const entries = Array.from({ length: 1 + writer.pick(3) }, () => entry() + one(writer, '', ',') + lineEnd(writer));
  return `{${lineEnd(writer)}${entries.join('')}${gap(writer)}}`;
}
