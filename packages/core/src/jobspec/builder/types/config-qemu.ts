// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { RunTimeText } from './values.ts';

/** `config` of driver qemu. */
export interface QemuConfig {
  /** Disk image, qcow2 or raw, inside the task's directory or under a directory the node allows. What the VM writes goes elsewhere and ends with it. */
  readonly image_path?: string | undefined;
  /** Linux kernel to boot directly, without a disk or beside one. */
  readonly kernel?: string | undefined;
  /** Initial RAM disk for `kernel`. */
  readonly initrd?: string | undefined;
  /** Kernel command line for `kernel`. */
  readonly append?: string | undefined;
  /**
   * Architecture: the suffix of the qemu-system program.
   * @default "x86_64"
   */
  readonly emulator?: string | undefined;
  /**
   * QEMU machine, such as pc or q35.
   * @default "pc"
   */
  readonly machine_type?: string | undefined;
  /**
   * kvm, plain emulation (tcg), or kvm where it works.
   * @default "auto"
   */
  readonly accelerator?: 'auto' | 'kvm' | 'tcg' | RunTimeText | undefined;
  /**
   * How the guest sees the disk.
   * @default "ide"
   */
  readonly drive_interface?: 'ide' | 'virtio' | RunTimeText | undefined;
  /**
   * Adds the channel of the QEMU guest agent; its socket is own/qga.sock in the VM directory of the node.
   * @default false
   */
  readonly guest_agent?: boolean | RunTimeText | undefined;
  /**
   * Presses the guest's power button before the kill time-out ends the VM.
   * @default true
   */
  readonly graceful_shutdown?: boolean | RunTimeText | undefined;
  /** Port label to port inside the guest. */
  readonly port_map?: Readonly<Record<string, number | RunTimeText>> | undefined;
  /** Further QEMU arguments, each on the allow-list of the node. */
  readonly args?: readonly string[] | undefined;
}
