// Driver qemu.
export { createQemuDriver, type QemuDriverDependencies } from './qemu-driver.ts';
