// Jobs that are right but for one thing.

export interface BadJob {
  readonly name: string;
  /** Field path of our error. */
  readonly path: string;
  readonly hcl: string;
}

export const TASK = 'task "t" {\n driver = "exec"\n}';
export const G = 'group["g"]';
export const T = `${G}.task["t"]`;

/** Lines in the job; the group and its task are there. */
export const job = (name: string, path: string, lines: string, group = TASK): BadJob => {
  return { name, path, hcl: `job "j" {\n${lines}\ngroup "g" {\n${group}\n}\n}` };
};
export const group = (name: string, path: string, lines: string, type = 'service'): BadJob => {
  const at = path === '' ? G : `${G}.${path}`;
  return job(name, at, `type = "${type}"`, `${lines}\n${TASK}`);
};
export const task = (name: string, path: string, lines: string, outer = ''): BadJob => {
  const at = path === '' ? T : `${T}.${path}`;
  return job(name, at, '', `${outer}\ntask "t" {\ndriver = "exec"\n${lines}\n}`);
};
export const resources = (name: string, path: string, lines: string) =>
  task(name, path === '' ? 'resources' : `resources.${path}`, `resources {\n${lines}\n}`);
export const constraint = (name: string, path: string, lines: string) =>
  group(name, `constraint[0].${path}`, `constraint {\n${lines}\n}`);
export const affinity = (name: string, path: string, lines: string) =>
  group(name, `affinity[0].${path}`, `affinity {\n${lines}\n}`);
export const spread = (name: string, path: string, lines: string) =>
  group(name, `spread[0].${path}`, `spread {\n${lines}\n}`);
export const update = (name: string, path: string, lines: string) =>
  group(name, `update.${path}`, `update {\n${lines}\n}`);
export const restart = (name: string, path: string, lines: string) =>
  group(name, `restart.${path}`, `restart {\n${lines}\n}`);
export const reschedule = (name: string, path: string, lines: string) =>
  group(name, `reschedule.${path}`, `reschedule {\n${lines}\n}`, 'batch');
export const NETWORK = 'network {\nport "p" {}\n}';
export const service = (name: string, path: string, lines: string) =>
  group(name, path === '' ? 'service[0]' : `service[0].${path}`, `${NETWORK}\nservice {\nport = "p"\n${lines}\n}`);
export const check = (name: string, path: string, lines: string, more = '') =>
  service(name, `check[0].${path}`, `${more}\ncheck {\n${lines}\n}`);
export const taskService = (name: string, path: string, lines: string, more = '') =>
  task(name, `service[0].${path}`, `service {\n${lines}\n}\n${more}`, NETWORK);
export const TIMES = 'interval = "10s"\ntimeout = "2s"';
export const template = (name: string, path: string, lines: string) =>
  task(name, path === '' ? 'template[0]' : `template[0].${path}`, `template {\n${lines}\n}`);
export const volume = (name: string, path: string, lines: string, more = '') =>
  group(name, `volume["v"].${path}`, `${more}\nvolume "v" {\n${lines}\n}`);
export const CSI = 'type = "csi"\nsource = "s"';
export const connect = (name: string, path: string, lines: string) =>
  group(
    name,
    path === '' ? 'service[0].connect' : `service[0].connect.${path}`,
    `network {\nmode = "bridge"\n}\nservice {\nport = "9000"\nname = "s"\nconnect {\n${lines}\n}\n}`,
  );
export const identity = (name: string, path: string, lines: string) => task(name, path, `identity {\n${lines}\n}`);
export const secret = (name: string, path: string, label: string, lines: string, more = '') =>
  task(name, path, `${more}\nsecret "${label}" {\n${lines}\n}`);
