// A command line written as one text, split as a shell does: blanks, quotes, backslashes. Nothing is expanded.

/** Undefined when a quote is not closed. */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"' && '"\\$`'.includes(text[at + 1] ?? ' '))
        word += text[++at] as string;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (character === '\\' && at + 1 < text.length ? (text[++at] as string) : character);
    }
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}
