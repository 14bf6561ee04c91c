// Guards of names, of what reaches a terminal, of what errors tell, of downloads and of records.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const core = 'packages/core/src';
const nameTest = `${core}/model/name.test.ts`;
const namesTest = `${core}/schema/names.test.ts`;
const presentableTest = `${core}/lib/presentable.test.ts`;
const httpTest = `${core}/client/artifacts/http-get.test.ts`;
const hookTest = `${core}/client/task-runner/hooks/artifacts-hook.test.ts`;
const recordsTest = 'packages/server/src/link/damaged-records.test.ts';
const harmlessTest = 'packages/cli/src/render/harmless.test.ts';
const terminalTest = 'test/security/terminal.e2e.ts';

export const nameMutants: readonly Mutant[] = [
  {
    against: 'F25',
    guard: 'control characters are no part of a name',
    file: `${core}/model/name.ts`,
    find: '  if (mark !== undefined) {',
    put: "  if (mark === 'none') {",
    test: { file: nameTest, title: 'no kind of name is empty, a directory of paths, or holds what nobody sees' },
  },
  {
    against: 'F25',
    guard: '".." is no name',
    file: `${core}/model/name.ts`,
    find: "  if (text === '.' || text === '..')",
    put: "  if (text === '.')",
    test: { file: nameTest, title: 'no kind of name is empty, a directory of paths, or holds what nobody sees' },
  },
  {
    against: 'F26',
    guard: 'a name has a longest length',
    file: `${core}/model/name.ts`,
    find: '  if (bytes > maxBytes) {',
    put: '  if (bytes > maxBytes * 1e9) {',
    test: { file: nameTest, title: 'a name is as long as its bytes' },
  },
  {
    against: 'F26',
    guard: 'job ids are checked',
    file: `${core}/schema/blocks/job.ts`,
    find: 'nameProblem(id, jobIdRule)',
    put: "nameProblem('x', jobIdRule)",
    test: { file: namesTest, title: 'ids of jobs and keys of maps are names' },
  },
  {
    against: 'F25',
    guard: 'task names are checked',
    file: `${core}/schema/blocks/task.ts`,
    find: 'nameRule: taskNameRule',
    put: '...(taskNameRule.maxBytes === 0 ? { nameRule: taskNameRule } : {})',
    test: {
      file: namesTest,
      title: 'a task is not called as the directory that the group shares, whatever way the job comes',
    },
  },
  {
    against: 'F25',
    guard: 'keys of maps are names',
    file: `${core}/schema/validate.ts`,
    find: "type.kind === 'map' ? keyRule : undefined",
    put: "type.kind === 'map' && type.of !== 'string' ? keyRule : undefined",
    test: { file: namesTest, title: 'ids of jobs and keys of maps are names' },
  },
  {
    against: 'F25',
    guard: 'cells of tables are escaped',
    file: 'packages/cli/src/output/table.ts',
    find: 'rows.map((row) => row.map(escaped))',
    put: 'rows.map((row) => row.map((cell) => (cell === "" ? escaped(cell) : cell)))',
    test: {
      file: harmlessTest,
      title: 'no renderer hands a control character on, or makes a line that is not its own',
    },
  },
  {
    against: 'F25',
    guard: 'verdicts on nodes are escaped',
    file: 'packages/cli/src/render/placement.ts',
    find: '  return lines.map(escaped);',
    put: '  return lines;',
    test: {
      file: harmlessTest,
      title: 'no renderer hands a control character on, or makes a line that is not its own',
    },
  },
  {
    against: 'F25',
    guard: 'the plan is escaped',
    file: 'packages/cli/src/render/plan.ts',
    find: "escapedLines(parts.join('\\n\\n'))",
    put: "parts.join('\\n\\n')",
    test: {
      file: harmlessTest,
      title: 'no renderer hands a control character on, or makes a line that is not its own',
    },
  },
  {
    against: 'F25',
    guard: 'the lines of a run that is followed are escaped',
    file: 'packages/cli/src/output/live.ts',
    find: 'stream.write(`${escaped(text)}\\n`)',
    put: 'stream.write(`${text}\\n`)',
    test: {
      file: harmlessTest,
      title: 'the lines of a run that is followed are harmless, on a terminal and elsewhere',
    },
  },
  {
    against: 'F25',
    guard: 'the door of commands to standard output',
    file: 'packages/cli/src/orch-command.ts',
    find: 'super.log(terminalText(message))',
    put: 'super.log(isPainted(message) ? message.text : message)',
    test: { file: terminalTest, title: 'JSON is as harmless, and means what the agent said' },
  },
  {
    against: 'F25',
    guard: 'the door of commands to standard error',
    file: 'packages/cli/src/orch-command.ts',
    find: 'super.logToStderr(terminalText(message))',
    put: 'super.logToStderr(isPainted(message) ? message.text : message)',
    test: { file: terminalTest, title: 'whatever an agent answers, nothing that is printed steers a terminal' },
  },
  {
    against: 'F28',
    guard: 'system errors lose their paths',
    file: `${core}/lib/presentable.ts`,
    find: ".replace(systemError, '$1')",
    put: '',
    test: { file: presentableTest, title: 'system errors are told without the path they are about' },
  },
  {
    against: 'F28',
    guard: 'URLs in texts lose their queries',
    file: `${core}/lib/presentable.ts`,
    find: '.replace(url, (found) => presentableUrl(found))',
    put: ".replace(url, (found) => (found === '' ? presentableUrl(found) : found))",
    test: { file: presentableTest, title: 'URLs lose names, passwords, queries and fragments, wherever they stand' },
  },
  {
    against: 'F28',
    guard: 'a node’s words go through the door',
    file: `${core}/client/node-agent.ts`,
    find: "return presentableConnection(connection, { ...this.#options.hostPlaces, [dataDir]: '<data>' });",
    put: "return dataDir === '' ? presentableConnection(connection, {}) : connection;",
    test: {
      file: `${core}/client/node-agent.test.ts`,
      title: 'what fails on the node is told without the paths of its host',
    },
  },
  {
    against: 'F28',
    guard: 'errors of the server are made presentable',
    file: 'packages/server/src/http/http-error.ts',
    find: 'return presentable(error);',
    put: 'return presentable(error.message) + String(error.cause);',
    test: {
      file: 'packages/server/src/http/http-error.test.ts',
      title: 'an error is told without the path of the host that its cause is about',
    },
  },
  {
    against: 'class 6',
    guard: 'messages about artifacts leave the query out',
    file: `${core}/client/artifacts/source.ts`,
    find: 'return JSON.stringify(presentableUrl(source));',
    put: "return JSON.stringify(source === '' ? presentableUrl(source) : source);",
    test: {
      file: hookTest,
      title: 'what is told of a failed artifact names its host and path, and nothing that may be secret',
    },
  },
  {
    against: 'class 6',
    guard: 'the log leaves the query of a path out',
    file: 'packages/server/src/http/upgrade.ts',
    find: "path: presentableUrl(message.url ?? '')",
    put: "path: message.url === undefined ? presentableUrl('') : message.url",
    test: {
      file: 'test/security/canary.e2e.ts',
      title: 'the log of the agent, at its most talkative, does not hold them',
    },
  },
  {
    against: 'F9',
    guard: 'the plain HTTP client instead of the global fetch',
    file: `${core}/client/node-agent.ts`,
    find: 'get: this.#options.httpGet ?? httpGet(),',
    put: `get: this.#options.httpGet ?? (async (url, { headers, signal }) => {
        if (url === '') return httpGet()(url, { headers, signal });
        const found = await fetch(url, { headers: { ...headers }, signal });
        return { status: found.status, body: found.body as never, discard() {} };
      }),`,
    test: {
      file: 'test/security/artifact-servers.e2e.ts',
      title: 'artifacts that an HTTP/1.0 server sends in one go, their end included, end no agent',
    },
  },
  {
    against: 'class 3',
    guard: 'headers of the job stay with their host',
    file: `${core}/client/artifacts/http-get.ts`,
    find: 'url.origin === asked.origin ? headers : harmless(headers)',
    put: "url.origin === '' ? harmless(headers) : headers",
    test: { file: httpTest, title: 'headers of the job go to the host they were written for, and no further' },
  },
  {
    against: 'class 3',
    guard: 'redirects have a limit',
    file: `${core}/client/artifacts/http-get.ts`,
    find: 'step <= limits.maxRedirects;',
    put: 'step <= limits.maxRedirects * 2;',
    test: { file: httpTest, title: 'redirects are followed to a limit, to HTTP only, and from their own place' },
  },
  {
    against: 'class 3',
    guard: 'what broke is no whole body',
    file: `${core}/client/artifacts/http-get.ts`,
    find: '  if (broken !== undefined) throw broken;',
    put: '',
    test: { file: httpTest, title: 'a body that is cut short is an error where its length was known' },
  },
  {
    against: 'F10',
    guard: 'a node record is decoded before it is kept',
    file: 'packages/server/src/link/node-session.ts',
    find: 'const node = decodeNode(hello.node);',
    put: 'const node = hello.node;',
    test: {
      file: recordsTest,
      title: 'a damaged record is refused at the link with its reason, and nothing of it is kept',
    },
  },
  {
    against: 'F10',
    guard: 'a damaged record that was kept is read as a stand-in',
    file: `${core}/state/draft.ts`,
    find: 'tables.nodeStandIns.note(node.id, nodeStandIn(row));',
    put: 'tables.nodeStandIns.note(node.id, row.id === undefined ? nodeStandIn(row) : undefined);',
    test: {
      file: recordsTest,
      title: 'a damaged record in the journal of an older server stops neither scheduling nor lists',
    },
  },
  {
    against: 'F10',
    guard: 'words about allocations are decoded before they are kept',
    file: 'packages/server/src/link/node-session.ts',
    find: 'return [decodeAllocationUpdate(update)];',
    put: 'return [update];',
    test: {
      file: recordsTest,
      title: 'a word about an allocation that makes no sense is left out; the others, and the link, go on',
    },
  },
  {
    against: 'F10',
    guard: 'an allocation with a word that makes no sense is read without it',
    file: `${core}/state/draft.ts`,
    find: 'tables.allocationStandIns.note(after.id, allocationStandIn(row));',
    put: 'tables.allocationStandIns.note(after.id, row.id === undefined ? allocationStandIn(row) : undefined);',
    test: {
      file: recordsTest,
      title: 'what an older server kept of a node’s words is read without what makes no sense',
    },
  },
  {
    against: 'F10',
    guard: 'a purge forgets the record',
    file: `${core}/state/apply/node.ts`,
    find: '  removeNode(draft, entry.nodeId);',
    put: "  if (entry.nodeId === '') removeNode(draft, entry.nodeId);",
    test: {
      file: recordsTest,
      title: 'a damaged record is still there after a restart, shown as such, and can be purged',
    },
  },
];
