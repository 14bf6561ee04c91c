import { execFileSync } from 'node:child_process';
import test from 'ava';

/** What the logger writes in a process of its own, with both streams. */
function written(json: boolean, text: string): string {
  const module = new URL('system.ts', import.meta.url).href;
  const program = `const { systemLogger } = await import(${JSON.stringify(module)});
    systemLogger({ level: 'info', json: ${json} }).child({ room: 'x' }).warn(process.argv[1], { of: process.argv[1] });`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program, text], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('systemLogger writes JSON in lines that steer no terminal and mean the same', (t) => {
  const text = 'a\u202eb\u0085c\u009b31md\u001b]0;x\u0007e\u2028f\ng\th';
  const line = written(true, text);
  t.notRegex(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  t.true(line.endsWith('}\n'));
  const { msg, of, room } = JSON.parse(line);
  t.deepEqual([msg, of, room], [text, text, 'x']);
});
