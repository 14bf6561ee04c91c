import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { readWords } from './process-identity.ts';

/** Larger than a stack of the usual size lets a program be started with. */
const large = `ulimit -s 65536
value=$(printf %0100000d 0)
count=0
while [ $count -lt 25 ]; do export WORD$count=$value; count=$((count + 1)); done
exec sh -c 'echo ready; read line'`;

test('no more than 2 MiB are read of what a process says of itself', async (t) => {
  const child = spawn('sh', ['-c', large], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  t.true(readFileSync(`/proc/${pid}/environ`).length > 2_500_000);
  const words = readWords(pid, 'environ') ?? '';
  t.is(words.length, 2 * 1_048_576);
  t.is(readWords(pid, 'cmdline'), 'sh\0-c\0echo ready; read line\0');
});

test('a process that is gone says nothing', async (t) => {
  const child = spawn('true');
  await once(child, 'exit');
  t.is(readWords(child.pid ?? 0, 'environ'), undefined);
});
