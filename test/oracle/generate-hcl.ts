// Well-formed HCL files at random, in all forms of the grammar, and damage to them. The same random numbers give the same.

export type Random = () => number;

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

function times(random: Random, most: number): number {
  return Math.floor(random() * (most + 1));
}

const NAMES = [
  'a',
  'b',
  'count',
  'task',
  'x-y',
  '_u',
  'é',
  'für',
  '名',
  'null_',
  'forx',
  'in',
  'if',
  'a1',
  'Z9-',
  'e\u0301',
];
const TEXTS = [
  'x',
  'hello world',
  ' ',
  '  lead',
  'trail  ',
  '$',
  '%',
  '$$',
  '100%',
  '$5 ',
  '{}',
  '}',
  'ä',
  'e\u0301',
  '😀',
  '#no comment',
  '//',
  '/*',
  "'",
  '=',
  '\t',
  '\u00a0',
  '~',
  '$${esc}',
  '%%{esc}',
  '$$$${x}',
];
const ESCAPES = ['\\n', '\\t', '\\r', '\\"', '\\\\', '\\u00e9', '\\U0001F600', '\\u0065\\u0301', '\\u000a'];
const NUMBERS = [
  '0',
  '1',
  '42',
  '007',
  '1.5',
  '0.25',
  '1e3',
  '1E-2',
  '2.5e+2',
  '9007199254740993',
  '1.0',
  '100000000000000000000',
];
const BINARY = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||'];

/** One file. */
export function generateFile(random: Random): string {
  const eol = chance(random, 0.1) ? '\r\n' : '\n';
  const text = body(random, 3, '');
  const begin = chance(random, 0.03) ? '\ufeff' : '';
  return begin + (eol === '\n' ? text : text.replaceAll('\n', '\r\n'));
}

function body(random: Random, depth: number, indent: string): string {
  let text = '';
  const used = new Set<string>();
  for (let left = times(random, 5); left > 0; left -= 1) {
    if (chance(random, 0.15)) text += trivia(random, indent);
    if (depth > 0 && chance(random, 0.35)) {
      text += block(random, depth - 1, indent);
      continue;
    }
    const name = pick(random, NAMES) + times(random, 30);
    if (used.has(name)) continue;
    used.add(name);
    const isHeredoc = chance(random, 0.1);
    const value = isHeredoc ? heredoc(random, depth) : expression(random, depth + 1) + end(random);
    text += `${indent}${name}${blank(random)}=${blank(random)}${value}`;
  }
  return text;
}

function trivia(random: Random, indent: string): string {
  return pick(random, [
    '\n',
    `${indent}# note = 1\n`,
    `${indent}// note {\n`,
    `${indent}/* a\n "b */\n`,
    '\t\n',
    '   \n',
  ]);
}

function end(random: Random): string {
  return pick(random, ['\n', '\n', '\n', ' # why\n', ' // why\n', ' /* why */\n', '  \n']);
}

function blank(random: Random): string {
  return pick(random, [' ', ' ', ' ', '', '  ', '\t', ' /* c */ ']);
}

/** Blanks where line breaks count as blanks too. */
function free(random: Random): string {
  return chance(random, 0.15) ? pick(random, ['\n', '\n  ', ' # c\n', '/* c */', '\n\n']) : pick(random, ['', ' ']);
}

function block(random: Random, depth: number, indent: string): string {
  let head = `${indent}${pick(random, NAMES)}`;
  for (let left = times(random, 2); left > 0; left -= 1) {
    head += ` ${chance(random, 0.7) ? `"${label(random)}"` : pick(random, NAMES)}`;
  }
  const inner = random();
  if (inner < 0.15) return `${head} {}${end(random)}`;
  if (inner < 0.35) return `${head} { ${pick(random, NAMES)} = ${expression(random, 1)} }${end(random)}`;
  return `${head} {\n${body(random, depth, `${indent}  `)}${indent}}${end(random)}`;
}

function label(random: Random): string {
  return pick(random, ['x', 'my job', '', 'a.b', 'é', '\\"q\\"', '$${x}', '100%', 'e\u0301', '$']) + times(random, 9);
}

export function expression(random: Random, depth: number): string {
  if (depth <= 0) return leaf(random);
  const next = depth - 1;
  const inner = () => expression(random, next);
  switch (Math.floor(random() * 20)) {
    case 0:
    case 1:
      return `${operand(random, next)}${blank(random)}${pick(random, BINARY)}${blank(random)}${operand(random, next)}`;
    case 2:
      return `${operand(random, next)} ? ${inner()} : ${inner()}`;
    case 3:
      return `(${free(random)}${inner()}${free(random)})`;
    case 4:
    case 5:
      return tuple(random, inner);
    case 6:
    case 7:
      return object(random, next);
    case 8:
      return call(random, inner);
    case 9:
      return forExpression(random, inner);
    case 10:
    case 11:
      return postfix(random, next);
    case 12:
      return `${pick(random, ['-', '!', '- ', '!!', '--'])}${operand(random, next)}`;
    case 13:
      return `(${heredoc(random, next)})`;
    case 14:
    case 15:
    case 16:
      return quoted(random, next);
    default:
      return leaf(random);
  }
}

function leaf(random: Random): string {
  return pick(random, [
    () => pick(random, NUMBERS),
    () => pick(random, ['true', 'false', 'null']),
    () => pick(random, NAMES),
    () => quoted(random, 0),
    () => quoted(random, 0),
    () => `${pick(random, NAMES)}.${pick(random, NAMES)}`,
  ])();
}

function operand(random: Random, depth: number): string {
  return chance(random, 0.5) ? leaf(random) : `(${expression(random, depth)})`;
}

function tuple(random: Random, inner: () => string): string {
  const items = Array.from({ length: times(random, 3) }, inner);
  const comma = items.length > 0 && chance(random, 0.3) ? ',' : '';
  return `[${free(random)}${items.map((item) => (/^for\b/.test(item) ? `(${item})` : item)).join(`${free(random)},${free(random)}`)}${comma}${free(random)}]`;
}

function object(random: Random, depth: number): string {
  let text = '{';
  for (let left = times(random, 3); left > 0; left -= 1) {
    const key = pick(random, [
      () => pick(random, NAMES.slice(0, 8)) + times(random, 99),
      () => `"${label(random)}${times(random, 99)}"`,
      () => `(${expression(random, depth)})`,
      () => pick(random, ['null', 'true', '1', '1.5']),
      () => `"k\${${leaf(random)}}"`,
    ])();
    text += `${pick(random, [' ', '', '\n  '])}${key}${pick(random, [' = ', '=', ': ', ':'])}${expression(random, depth)}`;
    text += pick(random, [',', '\n', ',\n', ' # c\n', ' /* c */,', '\n\n']);
  }
  return `${text}${pick(random, ['', ' ', '\n'])}}`;
}

function call(random: Random, inner: () => string): string {
  const name = pick(random, ['f', 'upper', 'a-b', 'ns::f', 'a::b::c', 'é']);
  const args = Array.from({ length: times(random, 3) }, inner);
  const tail = args.length === 0 ? '' : pick(random, ['', '', ',', '...']);
  return `${name}(${free(random)}${args.join(`${free(random)},${free(random)}`)}${tail}${free(random)})`;
}

function forExpression(random: Random, inner: () => string): string {
  const names = pick(random, ['v', 'k, v', 'k,v', 'in', 'é']);
  const condition = chance(random, 0.4) ? `${free(random)} if ${inner()}` : '';
  const intro = `for ${names} in ${inner()}${free(random)}:${free(random)}`;
  if (chance(random, 0.5)) return `[${free(random)}${intro} ${inner()}${condition}${free(random)}]`;
  const group = chance(random, 0.4) ? '...' : '';
  return `{${free(random)}${intro} ${inner()} => ${inner()}${group}${condition}${free(random)}}`;
}

function postfix(random: Random, depth: number): string {
  let text = chance(random, 0.6) ? pick(random, NAMES) : pick(random, ['f(x)', '(a)', '[1]', '{}', '"s"', '(a.b)']);
  let isAttributeSplat = false;
  for (let left = 1 + times(random, 3); left > 0; left -= 1) {
    const step = Math.floor(random() * 7);
    if (step <= 1) text += `.${pick(random, NAMES)}`;
    else if (step === 2) text += `[${free(random)}${expression(random, depth)}${free(random)}]`;
    else if (step === 3) text += `["${label(random)}"]`;
    else if (step === 4) text += `.${times(random, 12)}.${pick(random, NAMES)}`;
    else if (step === 5) text += '[*]';
    else if (!isAttributeSplat) {
      text += '.*';
      isAttributeSplat = true;
    }
  }
  return text;
}

function piece(random: Random, depth: number, isQuoted: boolean): string {
  const kind = random();
  if (kind < 0.6) return pick(random, TEXTS);
  if (kind < 0.7) return isQuoted ? pick(random, ESCAPES) : pick(random, ['\\', '"', '\\n']);
  const open = chance(random, 0.2) ? '~' : '';
  const close = chance(random, 0.2) ? '~' : '';
  const inner = expression(random, depth);
  const parts = () => piece(random, depth - 1, isQuoted);
  if (kind < 0.85 || depth <= 0)
    return `\${${open}${pick(random, ['', ' '])}${inner}${pick(random, ['', ' '])}${close}}`;
  if (kind < 0.93) {
    const other = chance(random, 0.5) ? `%{${open} else ${close}}${parts()}` : '';
    return `%{${open} if ${inner} ${close}}${parts()}${other}%{ endif ${close}}`;
  }
  return `%{ for ${pick(random, ['v', 'k, v'])} in ${inner} ${close}}${parts()}%{${open} endfor }`;
}

function quoted(random: Random, depth: number): string {
  let text = '';
  for (let left = times(random, 3); left > 0; left -= 1) text += piece(random, depth, true);
  // A backslash or a dollar at the end would change what the quote after it means.
  return `"${text}"`;
}

function heredoc(random: Random, depth: number): string {
  const marker = pick(random, ['EOT', 'END-1', 'é', 'x']);
  const flush = chance(random, 0.5) ? '-' : '';
  let text = '';
  for (let lines = times(random, 4); lines > 0; lines -= 1) {
    text += pick(random, ['', '  ', '    ', '\t', '\u00a0', ' \t ']);
    for (let left = times(random, 3); left > 0; left -= 1) text += piece(random, depth, false);
    text += '\n';
  }
  return `<<${flush}${marker}\n${text}${pick(random, ['', '  ', '\t'])}${marker}${pick(random, ['', ' '])}\n`;
}

const TOKENS = [
  ...'{}[]()"\'`=,.:;?!~^&|<>+-*/%#$\\\n\r\t \u0000@',
  '${',
  '%{',
  '~}',
  '<<EOT\n',
  '<<-EOT\n',
  'EOT\n',
  '/*',
  '*/',
  '//',
  '...',
  '=>',
  '::',
  '&&',
  '||',
  '==',
  'for',
  'in',
  'if',
  'else',
  'endif',
  'null',
  '1e999',
  '1.2.3',
  '\\u12',
  '\\ud800',
  '\\q',
  '😀',
  '\u2028',
  '\ufeff',
  '\n}\n',
  ' = ',
  '\na = ',
];

/** Damage at the level of characters or tokens: pieces cut out, doubled, swapped or put in. */
export function damage(random: Random, text: string): string {
  let result = text;
  for (let left = 1 + times(random, 2); left > 0; left -= 1) {
    const at = Math.floor(random() * (result.length + 1));
    const kind = random();
    const length = chance(random, 0.7) ? 1 : 1 + times(random, 12);
    const token = pick(random, TOKENS);
    if (kind < 0.35) result = result.slice(0, at) + result.slice(at + length);
    else if (kind < 0.7) result = result.slice(0, at) + token + result.slice(at);
    else if (kind < 0.85) result = result.slice(0, at) + token + result.slice(at + length);
    else if (kind < 0.95) result = result.slice(0, at + length) + result.slice(at);
    else result = result.slice(0, at);
  }
  return result.isWellFormed() ? result : text;
}
