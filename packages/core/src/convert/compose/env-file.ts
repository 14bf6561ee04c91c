// Files of `NAME=value` lines, as `env_file` and `.env` have them.

/** Pairs in the order of the file. Comments, blank lines, `export` and quotes are understood; nothing is substituted. */
export function parseEnvFile(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim().replace(/^export\s+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    if (at <= 0) continue;
    pairs.push([line.slice(0, at).trim(), unquoted(line.slice(at + 1).trim())]);
  }
  return pairs;
}

function unquoted(text: string): string {
  const quoted = /^(["'])(.*)\1(?:\s+#.*)?$/.exec(text);
  if (quoted === null) return text.replace(/\s+#.*$/, '');
  const [, quote, inside = ''] = quoted;
  return quote === "'" ? inside : inside.replace(/\\([nrt"\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
