// The job language: text to Job, and what the node needs of it at run time.

export * from './builder/index.ts';
export { type BuildInputs, buildInputs } from './builder/inputs.ts';
export { type BuiltJobOptions, parseBuiltJob, placeInStack } from './builder/parse-built-job.ts';
export type { FileFunctions, FunctionEnvironment, YamlNode } from './evaluate/function-table.ts';
export { type FormatResult, formatText } from './format/format.ts';
export { type InterpolationValues, interpolate } from './interpolate.ts';
export { type ParseOptions, type ParseResult, parseJob, type SourceMap } from './parse-job.ts';
export type { Diagnostic } from './syntax/diagnostic.ts';
export { formatDiagnosticLine, formatPlace, type RenderOptions, renderDiagnostic } from './syntax/render-diagnostic.ts';
export { createSource as sourceOfText, type Position, type Range, type Source } from './syntax/source.ts';
export {
  buildTaskEnvironment,
  type EnvironmentPaths,
  type TaskEnvironment,
  type TaskEnvironmentInput,
} from './task-environment.ts';
