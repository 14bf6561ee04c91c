// Placeholder.
import { family } from '../evaluate/function-table.ts';
export const numericFunctions = family({});
