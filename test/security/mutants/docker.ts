// Guards of the docker driver: images by id, binds by handle, devices by number, profiles of the node.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const src = 'packages/driver-docker/src';
const native = 'packages/executor/native';
const images = 'test/security/docker-images.e2e.ts';
const binds = 'test/security/docker-binds.e2e.ts';
const names = 'test/security/docker-names.e2e.ts';
const archives = { file: `${src}/image/image-archive.ts`, test: `${src}/image/image-archive.test.ts` };
const door = {
  file: images,
  title: 'a door has no capability, no new privileges, a filter, and sees nothing of the host',
};
const ordinaryArchive = 'an archive of docker save goes on with the wanted image alone, under no name';
const anyArchive = 'whatever is in an archive, no name goes on';

export const dockerMutants: readonly Mutant[] = [
  {
    against: 'F2',
    guard: 'names of images in an archive',
    file: archives.file,
    find: 'RepoTags: null,',
    put: 'RepoTags: [wanted.reference],',
    test: { file: archives.test, title: ordinaryArchive },
  },
  {
    against: 'class C',
    guard: 'layers of other images by their digests',
    file: `${src}/image/archive-layers.ts`,
    find: "if (!parts.is(layer, digests[index] ?? '')) {",
    put: 'if (false) {',
    test: { file: archives.test, title: 'a layer that the archive does not hold is refused' },
  },
  {
    against: 'class C',
    guard: 'keys that engines read otherwise',
    file: `${src}/image/archive-layers.ts`,
    find: 'if (new Set(folded).size !== keys.length) throw',
    put: 'if (false) throw',
    test: { file: archives.test, title: 'a second list under the same key is refused' },
  },
  {
    against: 'F2',
    guard: 'names that come twice',
    file: `${src}/image/archive-parts.ts`,
    find: 'if (this.#names.has(name)) throw',
    put: 'if (false) throw',
    test: { file: archives.test, title: 'a second manifest is refused' },
  },
  {
    against: 'F2',
    guard: 'other images of an archive',
    file: archives.file,
    find: 'JSON.stringify([image])',
    put: "manifests.get('manifest.json')",
    test: { file: archives.test, title: anyArchive },
  },
  {
    against: 'F2',
    guard: 'the tag of the door',
    file: `${src}/network/door.ts`,
    find: 'Image: await image',
    put: "Image: 'orch/door:1'",
    test: door,
  },
  {
    against: 'F2',
    guard: 'the program of a door',
    file: `${src}/network/door.ts`,
    find: "    Entrypoint: ['/orch-launch'],\n",
    put: "    Entrypoint: ['/bin/sleep'],\n",
    test: door,
  },
  {
    against: 'F2',
    guard: 'a container is made of the id',
    file: `${src}/container/container-spec.ts`,
    find: 'Image: input.image.id,',
    put: 'Image: input.image.reference,',
    test: {
      file: `${src}/container/container-spec.test.ts`,
      title: 'a container is made of the image id, and its name is kept for people',
    },
  },
  {
    against: 'class C',
    guard: "another job's image by its id",
    file: `${src}/image/images.ts`,
    find: 'if (imageId(reference) !== undefined) {',
    put: 'if (false) {',
    test: { file: images, title: "another job's image is not run by its id" },
  },
  {
    against: 'class C',
    guard: 'an image brought with a password',
    file: `${src}/image/image-access.ts`,
    find: '(await this.#records.isLocked(repository, id, hash)) ||',
    put: 'false ||',
    test: {
      file: `${src}/image/image-access.test.ts`,
      title: 'what was brought with a password is for those who know it, from before the engine has it',
    },
  },
  {
    against: 'class C',
    guard: 'a pull under way with a password',
    file: `${src}/image/image-pull.ts`,
    find: "request.auth === undefined ? '' : credentialsHash(request.auth)",
    put: "request.auth?.username ?? ''",
    test: {
      file: 'test/security/docker-registry.e2e.ts',
      title: 'without the password another job does not get it, nor with a wrong one, nor while it is pulled',
    },
  },
  {
    against: 'F2',
    guard: 'the capabilities of a door',
    file: `${native}/door.c`,
    find: 'if (syscall(SYS_capset, &header, none) != 0) give_up("capabilities");',
    put: '',
    test: door,
  },
  {
    against: 'F2',
    guard: 'the bounding set of a door',
    file: `${native}/door.c`,
    find: 'prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0',
    put: 'false',
    test: door,
  },
  {
    against: 'F5',
    guard: 'links are not followed by the kernel',
    file: `${src}/files/beneath.ts`,
    find: 'return await open(at, O_PATH | O_NOFOLLOW);',
    put: 'return await open(at, O_PATH);',
    test: { file: `${src}/files/beneath.test.ts`, title: 'an absolute link is refused' },
  },
  {
    against: 'F5',
    guard: 'a walk goes by handles',
    file: `${src}/files/beneath.ts`,
    find: 'const at = `${pathOf(this.#stack.at(-1) as FileHandle)}/${name}`;',
    put: 'const at = `${await readlink(pathOf(this.#stack.at(-1) as FileHandle))}/${name}`;',
    test: {
      file: binds,
      title: 'a source whose directory is exchanged with a link all the time never becomes a directory of the host',
    },
  },
  {
    against: 'F5',
    guard: 'only the own and the shared directory',
    file: `${src}/files/beneath.ts`,
    find: 'if (this.#stack.length === 1 && !this.#roots.has(name)) throw',
    put: 'if (false) throw',
    test: { file: `${src}/files/beneath.test.ts`, title: 'a link to a sibling task is refused' },
  },
  {
    against: 'F5',
    guard: 'a directory for mounts that only the agent reaches',
    file: `${src}/files/binds.ts`,
    find: 'if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {',
    put: 'if (false) {',
    test: { file: binds, title: 'a directory for mounts that others can reach is not used' },
  },
  {
    against: 'F5',
    guard: 'a FIFO as an archive',
    file: `${src}/image/image-load.ts`,
    find: 'if (!(await handle.stat()).isFile()) throw',
    put: 'if (false) throw',
    test: {
      file: binds,
      title: 'an archive or profile that is a link to the host, a FIFO or a directory is refused at once',
    },
  },
  {
    against: 'F15',
    guard: 'special bits and devices in binds',
    file: `${native}/binds.c`,
    find: 'unsigned long long set = SET_NOSUID | SET_NODEV |',
    put: 'unsigned long long set =',
    test: { file: binds, title: 'the end of a bind does not travel to what is mounted below its source' },
  },
  {
    against: 'F5',
    guard: 'the end of a bind stays with it',
    file: `${native}/binds.c`,
    find: 'if (mount(NULL, path, NULL, MS_REC | MS_PRIVATE, NULL) == 0) umount2',
    put: 'if (access(path, F_OK) == 0) umount2',
    test: { file: binds, title: 'the end of a bind does not travel to what is mounted below its source' },
  },
  {
    against: 'F4',
    guard: 'a device node as a bind',
    file: `${src}/container/mounts.ts`,
    find: 'if (found.isBlockDevice() || found.isCharacterDevice()) {',
    put: 'if (false) {',
    test: { file: binds, title: 'a device node in the task directory is not handed over as a bind' },
  },
  {
    against: 'F18',
    guard: 'dots in the path of a device',
    file: `${src}/container/devices.ts`,
    find: "if (!posix.isAbsolute(host) || host.split('/').includes('..') ||",
    put: 'if (!posix.isAbsolute(host) ||',
    test: { file: `${src}/container/policy.test.ts`, title: 'a device by dots to what is allowed is refused' },
  },
  {
    against: 'F18',
    guard: 'devices are compared by number',
    file: `${src}/container/devices.ts`,
    find: 'if (allowed !== undefined && !allowed.has(number)) {',
    put: 'if (false) {',
    test: { file: names, title: 'a device by a link in an allowed directory is refused by name' },
  },
  {
    against: 'F19',
    guard: "a job's own seccomp profile",
    file: `${src}/container/security-options.ts`,
    find: 'if (!node.allowPrivileged) {',
    put: 'if (false) {',
    test: {
      file: `${src}/container/policy.test.ts`,
      title: 'a job brings no seccomp profile, SELinux label or AppArmor profile of its own',
    },
  },
  {
    against: 'F19',
    guard: 'SELinux labels',
    file: `${src}/container/security-options.ts`,
    find: 'requireAllowed(node, `label=${value}`, path);',
    put: '',
    test: {
      file: `${src}/container/policy.test.ts`,
      title: 'a job brings no seccomp profile, SELinux label or AppArmor profile of its own',
    },
  },
  {
    against: 'F19',
    guard: 'AppArmor profiles',
    file: `${src}/container/security-options.ts`,
    find: 'if (!USUAL_APPARMOR.includes(value)) requireAllowed',
    put: 'if (false) requireAllowed',
    test: {
      file: `${src}/container/policy.test.ts`,
      title: 'a job brings no seccomp profile, SELinux label or AppArmor profile of its own',
    },
  },
  {
    against: 'class C',
    guard: 'networks by name',
    file: `${src}/network/network.ts`,
    find: 'if (mode !== undefined && !/^[a-zA-Z0-9][\\w.-]*$/.test(mode)) {',
    put: 'if (false) {',
    test: {
      file: `${src}/network/network.test.ts`,
      title: 'a network is named, not described by a path',
    },
  },
  {
    against: 'class C',
    guard: 'mounts over what the kernel shows',
    file: `${src}/container/mounts.ts`,
    find: 'if (/^\\/(proc|sys)(\\/|$)/.test(place) && !volumesEnabled) {',
    put: 'if (false) {',
    test: {
      file: `${src}/container/policy.test.ts`,
      title: 'nothing is mounted over what the kernel shows of itself',
    },
  },
  {
    against: 'class C',
    guard: 'mounts that travel to the host',
    file: `${src}/container/mounts.ts`,
    find: 'if (/shared$/.test(source.propagation) && !ground.volumesEnabled) {',
    put: 'if (false) {',
    test: { file: names, title: 'mounts that travel to the host is refused by name' },
  },
];
