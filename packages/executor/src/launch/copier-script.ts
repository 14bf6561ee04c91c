// The shell source that carries a task's output from its pipes to rotated files, with or without an agent.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { LogFilePlan, LogPlan } from './launch-plan.ts';
import { quoteShell } from './shell-quote.ts';

const STDBUF_LIBRARIES = ['/usr/libexec/coreutils/libstdbuf.so', '/usr/lib/coreutils/libstdbuf.so'];

/** `head -c`, writing each piece at once. The library is what `stdbuf -o0` would preload: one exec less. */
export function unbufferedHead(): string {
  const library = STDBUF_LIBRARIES.find((path) => existsSync(path));
  return library === undefined ? 'stdbuf -o0 head -c' : `LD_PRELOAD=${library} _STDBUF_O=0 head -c`;
}

/**
 * A function `copy fifo base number bytes`: reads descriptor 5 until its end and writes files of at most `max` bytes,
 * keeping `keep` of them. How much was written is told by the offset of the shared descriptor 7, without a process.
 * Each file is shown in the view as the native copier shows it, by a handle of the real directory: a path on which a
 * symlink was followed is not the path that the kernel tells of the handle. The task must not inherit that handle, so it
 * is opened here and not before.
 *
 * When a file cannot be written (full disk) output is dropped, so that the task never blocks, and the loss is written
 * into the log as soon as there is room. Then `dd` tells the end of the pipe (0) from one that is empty for now (1) or
 * flows on (124); a pipe that was removed is the end too, so no copier outlasts its launch.
 */
export function copierFunction(plan: LogPlan, head: string): string {
  const view = plan.view === undefined ? '' : quoteShell(join(realpathSync(plan.view.root), plan.view.path));
  return `view=${view}
hide() {
  [ "$view" ] && [ ! -L "$view/\${1##*/}" ] && [ "$view/\${1##*/}" -ef "$1" ] && rm -f "$view/\${1##*/}"
  rm -f "$1"
}
copy() {
  n=$3 had=$4 lost=
  if [ "$view" ] && command exec 8<"$view/." && [ "$(readlink /proc/self/fd/8)" = "$view" ]; then
    view=/proc/self/fd/8
  else
    view=
  fi
  while :; do
    if command exec 7>>"$2.$n"; then
      [ "$view" ] && ln -T "$2.$n" "$view/\${2##*/}.$n"
      if [ "$lost" ] && echo "[orch: output was lost here: the log file could not be written]" >&7; then lost=; fi
      left=$((${plan.maxFileBytes} - had)); [ $left -gt 0 ] || left=1
      ${head} $left <&5 >&7; r=$?
      read -r _ pos < /proc/self/fdinfo/7
      [ "$pos" -eq 0 ] && pos=$had
      if [ $r -eq 0 ]; then
        [ "$pos" -lt ${plan.maxFileBytes} ] && break
        n=$((n + 1)) had=0
        if [ $((n - ${plan.maxFiles})) -ge 0 ]; then hide "$2.$((n - ${plan.maxFiles}))"; fi
        continue
      fi
      had=$pos
    fi
    lost=1
    sleep 0.5
    [ -p "$1" ] || break
    timeout 0.5 dd if="$1" of=/dev/null iflag=nonblock bs=65536 2>/dev/null && break
  done
}`;
}

/** The call of `copy` for one stream. */
export function copyCall(fifo: string, file: LogFilePlan): string {
  return `copy ${quoteShell(fifo)} ${quoteShell(file.base)} ${file.number} ${file.bytes}`;
}
