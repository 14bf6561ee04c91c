// Texts as HCL writes them: quoted, or as a heredoc when they have lines.

/** A reference that stays text until the node resolves it, and whose text the evaluator gives back letter by letter. */
const REFERENCE = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*|\["[A-Za-z0-9_.-]+"\])*$/;
const NOT_RUNTIME = new Set(['var', 'local', 'true', 'false', 'null', 'for', 'if', 'in', 'else', 'endif', 'endfor']);

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/** `"…"`. References for run time stay as they are, any other `${` and `%{` is escaped. */
export function quoted(text: string): string {
  return `"${escapeTemplates(text, (part) => part.replace(/[\u0000-\u001f"\\\u007f-\u009f\ud800-\udfff]/gu, escapeCharacter))}"`;
}

function escapeCharacter(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `literal` is applied to what stands outside of references. */
function escapeTemplates(text: string, literal: (part: string) => string): string {
  let result = '';
  let from = 0;
  let plain = '';
  while (from < text.length) {
    const opens = text.startsWith('${', from) || text.startsWith('%{', from);
    const end = text.startsWith('${', from) ? text.indexOf('}', from) : -1;
    const inside = end < 0 ? '' : text.slice(from + 2, end);
    const root = /^[^.[]*/.exec(inside)?.[0] ?? '';
    // A dollar sign right before would make it an escape.
    if (end >= 0 && REFERENCE.test(inside) && !NOT_RUNTIME.has(root) && text[from - 1] !== '$') {
      result += `${literal(plain)}\${${inside}}`;
      plain = '';
      from = end + 1;
    } else {
      // `$${` stands for `${`.
      plain += opens ? (text[from] as string).repeat(2) : (text[from] as string);
      from += 1;
    }
  }
  return result + literal(plain);
}

/** Lines that end with a line break and hold nothing a heredoc cannot. */
export function fitsHeredoc(text: string): boolean {
  return (
    text.endsWith('\n') &&
    text.split('\n').length > 2 &&
    !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff]/u.test(text)
  );
}

/** The whole of it, from `<<` to the marker. The lines are indented by `indent` blanks where that changes nothing. */
export function heredoc(text: string, indent: string): string {
  const lines = text.slice(0, -1).split('\n');
  const marker = markerFor(lines);
  const body = escapeTemplates(text.slice(0, -1), (part) => part).split('\n');
  const canIndent =
    lines.some((line) => /^[^\s]/.test(line)) && lines.every((line) => !/^\s*\t/.test(line) && !/^\s+$/.test(line));
  if (!canIndent) return [`<<${marker}`, ...body, marker].join('\n');
  const moved = body.map((line) => (line === '' ? '' : `${indent}  ${line}`));
  return [`<<-${marker}`, ...moved, `${indent}${marker}`].join('\n');
}

function markerFor(lines: readonly string[]): string {
  const taken = new Set(lines.map((line) => line.trim()));
  for (let number = 0; ; number += 1) {
    const marker = number === 0 ? 'EOT' : `EOT${number}`;
    if (!taken.has(marker)) return marker;
  }
}
