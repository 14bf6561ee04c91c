// Commands run inside a fake task: a closed set of words instead of programs.
import type { ExecRequest, ExecSession, TerminalSize } from '../stream.ts';
import type { ExitResult } from '../task.ts';
import type { FakeTask } from './fake-task.ts';
import { Feed } from './feed.ts';

type Piece = { readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array };

/**
 * `exit N`, `cat`, `both`, `terminal`, `sleep`, `env NAME`. Another word ends with 127 and a message on stderr.
 * A session ends with the task, as a process in it would.
 */
export function openFakeExec(task: FakeTask, request: ExecRequest): ExecSession {
  const output = new Feed<Piece>();
  const { promise: exited, resolve } = Promise.withResolvers<ExitResult>();
  const [word = '', argument = ''] = request.command;
  const say = (stream: 'stdout' | 'stderr', text: string) =>
    output.push({ stream: request.tty ? 'stdout' : stream, data: new TextEncoder().encode(text) });
  const end = (exitCode: number) => {
    output.end();
    resolve({ exitCode });
  };
  task.ended.then(() => end(137));
  play(word, argument, request, say, end);
  return {
    write(data) {
      if (word === 'cat') output.push({ stream: 'stdout', data: data.slice() });
      return Promise.resolve();
    },
    end() {
      if (word === 'cat') end(0);
    },
    resize(size: TerminalSize) {
      if (request.tty && word === 'terminal-loop') say('stdout', `${size.rows} ${size.columns}\n`);
    },
    output: output.read(0),
    exited,
    close() {
      end(137);
      return Promise.resolve();
    },
  };
}

function play(
  word: string,
  argument: string,
  request: ExecRequest,
  say: (stream: 'stdout' | 'stderr', text: string) => void,
  end: (exitCode: number) => void,
): void {
  switch (word) {
    case 'cat':
    case 'terminal-loop':
      return;
    case 'sleep':
      say('stdout', 'started\n');
      return;
    case 'exit':
      end(Number(argument));
      return;
    case 'both':
      say('stdout', 'to-out\n');
      say('stderr', 'to-err\n');
      end(0);
      return;
    case 'env':
      say('stdout', `value=${request.env?.[argument] ?? ''}\n`);
      end(0);
      return;
    case 'terminal':
      say('stdout', request.tty ? `a-terminal\n${request.size?.rows} ${request.size?.columns}\n` : 'no-terminal\n');
      end(0);
      return;
    default:
      say('stderr', `${word}: not found\n`);
      end(127);
      return;
  }
}
