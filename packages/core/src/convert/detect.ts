// Which language a file is in, from its text alone and without a YAML parser: every job file is asked.

export type ForeignKind = 'compose' | 'kubernetes' | 'yaml';

/** As much of a file as is looked at. */
const LOOK_CHARS = 200_000;

/** Undefined for job files. `yaml` is YAML that is neither. */
export function detectForeign(fileName: string, text: string): ForeignKind | undefined {
  const head = text.slice(0, LOOK_CHARS);
  const isYamlName = /\.ya?ml$/i.test(fileName);
  if (/^\s*\{/.test(head)) {
    const isKubernetes = /"apiVersion"\s*:/.test(head) && /"kind"\s*:/.test(head);
    if (isKubernetes && !/"(TaskGroups|job|Job)"\s*:/.test(head)) return 'kubernetes';
    return isYamlName ? 'yaml' : undefined;
  }
  if (!isYamlName && (/\.(hcl|nomad|json|ts|js|mjs)$/i.test(fileName) || !beginsAsYaml(head))) return undefined;
  if (/^(- )?apiVersion\s*:/m.test(head) && /^(- |\s*)kind\s*:/m.test(head)) return 'kubernetes';
  if (/^services\s*:/m.test(head) || /(^|\/)(docker-)?compose([.-][\w.-]*)?\.ya?ml$/.test(fileName)) return 'compose';
  return 'yaml';
}

/** The first line that says something is a key with a colon, or begins a document. HCL never does. */
function beginsAsYaml(text: string): boolean {
  for (const line of text.split('\n')) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    return /^(---|%YAML)/.test(line) || /^["']?[A-Za-z_][\w.-]*["']?\s*:(\s|$)/.test(line);
  }
  return false;
}
