// The import arrows of ARCHITECTURE.md, for dependency-cruiser. A room may import what is listed, and itself.
// Tests are free within their package's rooms, and in test/ altogether.

const core = (room) => `^packages/core/src/${room}/`;
const pkg = (name) => `^packages/${name}/src/`;

/** room → rooms it may import. */
export const arrows = [
  [pkg('driver-api'), []],
  [core('lib'), []],
  [pkg('cni'), []],
  [pkg('executor'), [core('lib'), pkg('driver-api')]],
  [core('model'), [core('lib')]],
  [core('schema'), [core('model'), core('lib')]],
  [core('jobspec'), [core('schema'), core('model'), core('lib')]],
  [core('convert'), [core('jobspec'), core('schema'), core('model'), core('lib')]],
  [core('host'), [core('jobspec'), core('lib')]],
  [core('state'), [core('model'), core('lib')]],
  [core('scheduler'), [core('model'), core('lib')]],
  [core('link'), [core('model'), core('lib')]],
  [core('client'), [core('model'), core('link'), core('lib'), core('jobspec'), pkg('driver-api')]],
  [pkg('driver-(exec|java|qemu)'), [pkg('driver-api'), pkg('executor')]],
  [pkg('driver-docker'), [pkg('driver-api')]],
  [pkg('api'), [core('(model|schema|lib|link)')]],
  [pkg('server'), [pkg('driver-api'), core('(model|schema|jobspec|host|scheduler|state|link|lib)'), pkg('api')]],
  ['^plugins/', [pkg('driver-api')]],
  [
    '^packages/cli/src/(?!agent/)',
    [pkg('api'), core('(convert|jobspec|host|schema|model|lib|link)'), '^packages/cli/'],
  ],
];

/** Exceptions, each with its reason; the list only shrinks. */
const allowedCycles = [
  // A recursive-descent parser: expressions hold templates and collections, which hold expressions.
  '^packages/core/src/jobspec/syntax/parse-(expression|postfix|template|collection)\\.ts$',
  // Text holds sequences of tokens, and tokens are strings of text.
  '^packages/core/src/jobspec/syntax/(lexer|lex-template)\\.ts$',
  // A block holds free-form parts, which hold blocks.
  '^packages/core/src/jobspec/decode/(block|free-form)\\.ts$',
];

const notTest = '\\.(test|e2e)\\.ts$|/testing/|/conformance|/fixtures/';

export default {
  forbidden: [
    ...arrows.map(([from, to]) => ({
      name: `arrows of ${from.replace(/^\^packages\//, '').replace(/\/$/, '')}`,
      severity: 'error',
      from: { path: from, pathNot: notTest },
      to: { path: '^(packages|plugins|test|bench|scripts)/', pathNot: [from, ...to] },
    })),
    {
      name: 'no cycles',
      severity: 'error',
      from: { pathNot: allowedCycles },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'dockerode belongs to driver-docker',
      severity: 'error',
      from: { pathNot: '^(packages/driver-docker|test|bench)/' },
      to: { path: 'node_modules/dockerode' },
    },
    {
      name: 'node-pty belongs to executor',
      severity: 'error',
      from: { pathNot: '^(packages/executor|test)/' },
      to: { path: 'node_modules/node-pty' },
    },
    {
      name: 'execa belongs to tools',
      severity: 'error',
      from: { pathNot: '^(scripts|test|bench)/' },
      to: { path: 'node_modules/execa/' },
    },
    {
      name: 'oclif belongs to cli',
      severity: 'error',
      from: { pathNot: '^(packages/cli|scripts)/' },
      to: { path: 'node_modules/@oclif/' },
    },
    {
      name: 'systeminformation belongs to the fingerprint',
      severity: 'error',
      from: { pathNot: '^packages/core/src/client/fingerprint/' },
      to: { path: 'node_modules/systeminformation/' },
    },
    {
      name: 'nothing is left unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^node:|^bun:' },
    },
    {
      name: 'product code does not import tests',
      severity: 'error',
      from: { path: '^(packages|plugins)/', pathNot: notTest },
      to: { path: '\\.test\\.ts$|^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    combinedDependencies: true,
  },
};
