// The conformance harness of driver java: one small program that does what its first argument says.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@orch/driver-api';
import { PRINT_LINES, type TaskKind } from '@orch/driver-api/testing';
import { createJavaDriver } from '@orch/driver-java';
import { createHostHarness, type HostHarness, silentDriverLog } from '../shared/host-harness.ts';

const program = `
import java.nio.file.Files;
import java.nio.file.Path;
import sun.misc.Signal;
public final class Probe {
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "exit0": return;
      case "exit3": System.exit(3);
      case "print":
        for (int i = 1; i <= ${PRINT_LINES}; i++) { System.out.println("out " + i); System.err.println("err " + i); }
        return;
      case "ignore-term":
        for (String name : new String[] {"TERM", "INT", "HUP"}) Signal.handle(new Signal(name), s -> {});
        break;
      case "tree":
        for (String name : new String[] {"TERM", "INT"}) Signal.handle(new Signal(name), s -> {});
        new ProcessBuilder("sh", "-c", "trap '' TERM INT HUP QUIT; sleep 100000").inheritIO().start();
        break;
      case "exit42-on-usr2":
        Signal.handle(new Signal("USR2"), s -> Runtime.getRuntime().halt(42));
        break;
      case "memory":
        System.out.println("max " + Runtime.getRuntime().maxMemory() / 1048576 + " user " + System.getProperty("user.name") + " home " + System.getProperty("java.home"));
        return;
      case "isolation":
        ProcessHandle.allProcesses().forEach(one -> System.out.println("pid " + one.pid()));
        System.out.println("ipc " + Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")));
        for (String line : Files.readAllLines(Path.of("/proc/self/status")))
          if (line.startsWith("Cap")) System.out.println(line);
        return;
    }
    Thread.sleep(100000000L);
  }
}
`;

export interface JavaHarness extends HostHarness {
  /** Puts the jar into a task's local directory. */
  place(local: string): void;
}

export async function createJavaHarness(options: { readonly nodeConfig?: JsonObject } = {}): Promise<JavaHarness> {
  const jar = compile();
  const place = (local: string) => copyFileSync(jar.path, join(local, 'probe.jar'));
  const harness = await createHostHarness({
    name: 'java',
    createDriver: (executor, stateDir) =>
      createJavaDriver({ config: options.nodeConfig ?? {}, stateDir, log: silentDriverLog }, { executor }),
    overrides: { resources: { cpuMhz: 500, nodeCpuMhz: 5000, memoryMiB: 256 } },
    stepTimeoutMs: 60_000,
    configOf(kind: TaskKind, task) {
      if (kind === 'bad-config') return { jar_path: 'local/probe.jar', class: 'Probe' };
      if (kind === 'missing') return { jar_path: '/local/nothing.jar' };
      // The JVM keeps SIGUSR1 for itself.
      if (kind === 'exit42-on-usr1') return undefined;
      place(task.directories.local);
      return {
        jar_path: '/local/probe.jar',
        jvm_options: ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
        args: [kind],
      };
    },
  });
  return {
    ...harness,
    place,
    cleanup: async () => {
      await harness.cleanup();
      jar.remove();
    },
  };
}

function compile(): { readonly path: string; remove(): void } {
  const work = mkdtempSync(join(tmpdir(), 'orch-java-jar-'));
  writeFileSync(join(work, 'Probe.java'), program);
  execFileSync('javac', ['-Xlint:none', '-nowarn', '-d', join(work, 'classes'), join(work, 'Probe.java')], {
    stdio: 'pipe',
  });
  execFileSync('jar', [
    '--create',
    '--file',
    join(work, 'probe.jar'),
    '--main-class',
    'Probe',
    '-C',
    join(work, 'classes'),
    '.',
  ]);
  return { path: join(work, 'probe.jar'), remove: () => rmSync(work, { recursive: true, force: true }) };
}
