// All functions of the language, by name.

import { type Budget, createBudget } from '../evaluate/budget.ts';
import type { FunctionEnvironment, FunctionTable, LanguageFunction } from '../evaluate/function-table.ts';
import { cidrFunctions } from './cidr.ts';
import { collectionFunctions } from './collection.ts';
import { dateFunctions } from './date.ts';
import { encodingFunctions } from './encoding.ts';
import { environmentFunctions } from './environment.ts';
import { listFunctions } from './list.ts';
import { numericFunctions } from './numeric.ts';
import { setFunctions } from './set.ts';
import { stringFunctions } from './string.ts';

export const allFunctions: Readonly<Record<string, LanguageFunction>> = {
  ...numericFunctions,
  ...stringFunctions,
  ...listFunctions,
  ...collectionFunctions,
  ...setFunctions,
  ...encodingFunctions,
  ...cidrFunctions,
  ...dateFunctions,
  ...environmentFunctions,
};

export function createFunctionTable(environment: FunctionEnvironment, budget: Budget = createBudget()): FunctionTable {
  return { functions: allFunctions, context: { environment, budget } };
}
