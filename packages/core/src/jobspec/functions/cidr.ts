// Placeholder.
import { family } from '../evaluate/function-table.ts';
export const cidrFunctions = family({});
