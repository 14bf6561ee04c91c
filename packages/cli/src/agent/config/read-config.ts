// Reads agent configuration files (HCL): a file, or all *.hcl of a directory in lexical order, later ones winning.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { Block, Body } from '@orch/core/jobspec/syntax/ast';
import { createDiagnosticSink } from '@orch/core/jobspec/syntax/diagnostic';
import { parseFile } from '@orch/core/jobspec/syntax/parse-file';
import { renderDiagnostic } from '@orch/core/jobspec/syntax/render-diagnostic';
import { createSource } from '@orch/core/jobspec/syntax/source';
import { OrchError } from '@orch/core/lib/errors';
import { keyRule, labelRule, type NameRule, nameProblem, quotedName, wordRule } from '@orch/core/model/name';
import { ISOLATION_PIECES, type IsolationPieceName } from '@orch/executor';
import type { GcConfig } from '@orch/server/config';
import { type AgentConfig, type ClientConfig, defaultAgentConfig } from './agent-config.ts';
import { readClientOptions } from './client-options.ts';
import { constant, type Fields, problem, type ReadContext, readBody, setters } from './field.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<Omit<AgentConfig, 'client' | 'plugins'>> & {
  client: Mutable<ClientConfig>;
  plugins: Record<string, Record<string, unknown>>;
};

const { string, boolean, integer, duration, oneOf, strings } = setters;
const port = 65_535;

const reserved: Fields<Draft> = {
  attributes: {
    cpu: integer(0, 1_000_000_000, (draft, value) => {
      draft.client.reserved = { ...draft.client.reserved, cpuMhz: value };
    }),
    memory: integer(0, 1_000_000_000, (draft, value) => {
      draft.client.reserved = { ...draft.client.reserved, memoryMiB: value };
    }),
    disk: integer(0, 1_000_000_000, (draft, value) => {
      draft.client.reserved = { ...draft.client.reserved, diskMiB: value };
    }),
    reserved_ports: (draft, value) => {
      const ports = parsePorts(value);
      if (ports === undefined) return 'port numbers and ranges, like "22,80,8500-8600"';
      draft.client.reserved = { ...draft.client.reserved, ports };
      return undefined;
    },
  },
  blocks: {},
};

/** One of the ages after which the server forgets finished things. */
const gcAge = (name: Exclude<keyof GcConfig, 'batch'>, minMs = 0) =>
  duration<Draft>(minMs, (draft, valueMs) => {
    draft.server = { ...draft.server, gc: { ...draft.server.gc, [name]: valueMs } };
  });

const server: Fields<Draft> = {
  attributes: {
    enabled: boolean((draft, value) => {
      draft.server = { ...draft.server, enabled: value };
    }),
    job_gc_interval: gcAge('intervalMs', 1_000),
    job_gc_threshold: gcAge('jobMs'),
    eval_gc_threshold: gcAge('evaluationMs'),
    batch_eval_gc_threshold: gcAge('batchEvaluationMs'),
    deployment_gc_threshold: gcAge('deploymentMs'),
    node_gc_threshold: gcAge('nodeMs'),
  },
  blocks: {},
};

const client: Fields<Draft> = {
  attributes: {
    enabled: boolean((draft, value) => {
      draft.client.enabled = value;
    }),
    node_class: string((draft, value) => {
      draft.client.nodeClass = value;
    }),
    node_pool: string((draft, value) => {
      draft.client.nodePool = value;
    }),
    cni_path: string((draft, value) => {
      draft.client.cniBinDirs = value.split(':');
    }),
    cni_config_dir: string((draft, value) => {
      draft.client.cniConfigDirs = value.split(':');
    }),
    kernel_word: (draft, value) => {
      if (typeof value !== 'string' || !/^[a-z][a-z0-9]{0,10}$/.test(value))
        return '1 to 11 lower-case letters and digits, a letter first';
      draft.client.kernelWord = value;
      return undefined;
    },
    artifact_file_roots: strings((draft, value) => {
      draft.client.artifactFileRoots = value;
    }),
    require_isolation: (draft, value) => {
      const isPiece = (name: unknown) => ISOLATION_PIECES.some((piece) => piece === name);
      if (!Array.isArray(value) || !value.every(isPiece)) return `a list of ${ISOLATION_PIECES.join(', ')}`;
      draft.client.requireIsolation = value as readonly IsolationPieceName[];
      return undefined;
    },
    bridge_network_name: string((draft, value) => {
      draft.client.bridgeName = value;
    }),
    bridge_network_subnet: string((draft, value) => {
      draft.client.bridgeSubnet = value;
    }),
    gc_max_allocs: integer(0, 100_000, (draft, value) => {
      draft.client.gcMaxAllocs = value;
    }),
    gc_disk_usage_threshold: integer(1, 100, (draft, value) => {
      draft.client.gcDiskUsedPercent = value;
    }),
    gc_interval: duration(1_000, (draft, valueMs) => {
      draft.client.gcIntervalMs = valueMs;
    }),
    max_kill_timeout: duration(0, (draft, valueMs) => {
      draft.client.maxKillTimeoutMs = valueMs;
    }),
    options: (draft, value) => {
      const options = readClientOptions(value);
      if (typeof options === 'string') return options;
      Object.assign(draft.client, options);
      return undefined;
    },
    meta: (draft, value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a map of strings';
      draft.client.meta = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
      return undefined;
    },
  },
  blocks: {
    meta: (context, block, draft) => {
      draft.client.meta = { ...draft.client.meta, ...stringMap(context, block.body) };
    },
    reserved: (context, block, draft) => readBody(context, block.body, reserved, draft, 'in "reserved"'),
  },
};

const http: Fields<Draft> = {
  attributes: {
    open_loopback: boolean((draft, value) => {
      draft.http = { ...draft.http, openLoopback: value };
    }),
    socket_dir: (draft, value) => {
      if (typeof value !== 'string' || !isAbsolute(value) || normalize(value) !== value || value.endsWith('/'))
        return 'the full path of a directory, like "/run/orch"';
      draft.http = { ...draft.http, socketDir: value };
      return undefined;
    },
    group: (draft, value) => {
      if (typeof value !== 'string' || !/^[a-z_][a-z0-9_-]{0,31}$/i.test(value)) return 'the name of a group';
      draft.http = { ...draft.http, group: value };
      return undefined;
    },
  },
  blocks: {},
};

const top: Fields<Draft> = {
  attributes: {
    region: string((draft, value) => {
      draft.region = value;
    }),
    datacenter: string((draft, value) => {
      draft.datacenter = value;
    }),
    name: string((draft, value) => {
      draft.name = value;
    }),
    data_dir: string((draft, value) => {
      draft.dataDir = value;
    }),
    bind_addr: string((draft, value) => {
      draft.bindAddress = value;
    }),
    log_level: (draft, value) =>
      oneOf(['debug', 'info', 'warn', 'error'], (into: Draft, level) => {
        into.logLevel = level;
      })(draft, typeof value === 'string' ? value.toLowerCase() : value),
    log_json: boolean((draft, value) => {
      draft.logJson = value;
    }),
  },
  blocks: {
    ports: (context, block, draft) =>
      readBody(
        context,
        block.body,
        {
          attributes: {
            http: integer(1, port, (into: Draft, value) => {
              into.httpPort = value;
            }),
          },
          blocks: {},
        },
        draft,
        'in "ports"',
      ),
    http: (context, block, draft) => readBody(context, block.body, http, draft, 'in "http"'),
    server: (context, block, draft) => readBody(context, block.body, server, draft, 'in "server"'),
    client: (context, block, draft) => readBody(context, block.body, client, draft, 'in "client"'),
    plugin: readPlugin,
  },
};

/** `plugin "docker" { config { … } }`. The driver checks its own block when the agent starts. */
function readPlugin(context: ReadContext, block: Block, draft: Draft): void {
  const label = block.labels[0];
  if (label === undefined) {
    problem(context, block.typeSpan, 'Missing label', 'A plugin block names its driver: plugin "docker" { … }.');
    return;
  }
  for (const attribute of block.body.attributes)
    problem(
      context,
      attribute.nameSpan,
      'Unknown attribute',
      `There is no attribute "${attribute.name}" in a plugin block; driver options go into its "config" block.`,
    );
  for (const inner of block.body.blocks) {
    if (inner.type === 'config')
      draft.plugins[label.text] = { ...draft.plugins[label.text], ...plainBody(context, inner.body) };
    else
      problem(
        context,
        inner.typeSpan,
        'Unknown block',
        `There is no block "${inner.type}" in a plugin block; only "config".`,
      );
  }
}

function plainBody(context: ReadContext, body: Body): Record<string, unknown> {
  const attributes = body.attributes.map((attribute) => [attribute.name, constant(context, attribute.value)] as const);
  const blocks = body.blocks.map((block) => [block.type, plainBody(context, block.body)] as const);
  return Object.fromEntries([...attributes, ...blocks]);
}

function stringMap(context: ReadContext, body: Body): Record<string, string> {
  return Object.fromEntries(
    body.attributes.map((attribute) => [attribute.name, String(constant(context, attribute.value))]),
  );
}

function parsePorts(value: unknown): readonly number[] | undefined {
  if (typeof value !== 'string') return undefined;
  const ports: number[] = [];
  for (const part of value.split(',')) {
    const range = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    const from = Number(range?.[1]);
    const to = Number(range?.[2] ?? range?.[1]);
    if (range === null || from < 1 || to > port || from > to) return undefined;
    for (let number = from; number <= to; number += 1) ports.push(number);
  }
  return ports;
}

/** Reads one text into a draft. Exported for tests. @throws OrchError `bad-config` with every problem, each with its place. */
export function readConfigText(fileName: string, text: string, base: AgentConfig = defaultAgentConfig): AgentConfig {
  const source = createSource(fileName, text);
  const sink = createDiagnosticSink();
  const body = parseFile(source, sink);
  const draft: Draft = {
    ...base,
    client: { ...base.client },
    plugins: Object.fromEntries(Object.entries(base.plugins).map(([name, config]) => [name, { ...config }])),
  };
  const context: ReadContext = { source, problems: sink.list };
  readBody(context, body, top, draft, 'in an agent configuration');
  if (context.problems.length > 0) {
    const sources = new Map([[fileName, source]]);
    throw new OrchError('bad-config', context.problems.map((item) => renderDiagnostic(item, sources)).join('\n'));
  }
  return draft;
}

/** Reads the files of `--config` in order. @throws OrchError `bad-config` | `config-missing`. */
export function readConfig(paths: readonly string[]): AgentConfig {
  const files = paths.flatMap((path) => {
    if (!existsSync(path))
      throw new OrchError('config-missing', `there is no configuration at ${path}`, {
        hint: 'name a file or a directory of *.hcl files',
      });
    if (!statSync(path).isDirectory()) return [path];
    const found = readdirSync(path)
      .filter((name) => name.endsWith('.hcl'))
      .sort();
    if (found.length === 0) throw new OrchError('config-missing', `there is no *.hcl file in ${path}`);
    return found.map((name) => join(path, name));
  });
  return files.reduce<AgentConfig>(
    (config, file) => readConfigText(file, readFileSync(file, 'utf8'), config),
    defaultAgentConfig,
  );
}

/** What a whole configuration must satisfy. @throws OrchError `bad-config`. */
export function checkConfig(config: AgentConfig): void {
  checkNames(config);
  if (!config.server.enabled && !config.client.enabled)
    throw new OrchError('bad-config', 'neither "server" nor "client" is enabled', {
      hint: 'add server { enabled = true }, client { enabled = true }, or both',
    });
  if (config.client.enabled && !config.server.enabled)
    throw new OrchError(
      'bad-config',
      'a client needs the server in the same process: joining a server over the network has not landed',
      { hint: 'enable both, or use --dev' },
    );
  if (config.bindAddress !== undefined && !/^(127\.|::1$|localhost$)/.test(config.bindAddress))
    throw new OrchError(
      'bad-config',
      `bind_addr is ${config.bindAddress}: without TLS the API binds to loopback only`,
      { hint: 'use bind_addr = "127.0.0.1"' },
    );
  if (config.httpPort === undefined && (config.bindAddress !== undefined || config.http.openLoopback))
    throw new OrchError(
      'bad-config',
      `${config.http.openLoopback ? 'http { open_loopback }' : 'bind_addr'} says how TCP is open, and it is not: the API is reached by its sockets`,
      { hint: 'open it with ports { http = 4646 }, or leave the line out' },
    );
}

/** The names by which others know the node: as a server takes them. */
function checkNames({ name, region, datacenter, client }: AgentConfig): void {
  const names: readonly (readonly [field: string, value: string, rule: NameRule])[] = [
    ['name', name, labelRule],
    ['region', region, wordRule],
    ['datacenter', datacenter, labelRule],
    ...(client.nodePool === '' ? [] : [['node_pool', client.nodePool, labelRule] as const]),
    ...(client.nodeClass === '' ? [] : [['node_class', client.nodeClass, labelRule] as const]),
    ...Object.keys(client.meta).map((key) => ['a key of meta', key, keyRule] as const),
  ];
  for (const [field, value, rule] of names) {
    const found = nameProblem(value, rule);
    if (found === undefined) continue;
    throw new OrchError('bad-config', `${field} ${quotedName(value)} ${found.reason}`, { hint: found.hint });
  }
}
