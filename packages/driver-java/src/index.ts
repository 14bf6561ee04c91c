// Driver java.
export { createJavaDriver, type JavaDriverDependencies } from './java-driver.ts';
