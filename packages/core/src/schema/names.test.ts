// Where the job language has names: each refused where it cannot be one, at its place; and no text without a decision.

import test from 'ava';
import { parseJob } from '../jobspec/parse-job.ts';
import { jobBlock } from './blocks/job.ts';
import { decodeJobJson } from './decode-wire.ts';
import { type BlockSchema, isBlockType } from './field.ts';
import { validateJob } from './validate.ts';

/** A job in the API's form with one text in place of a good one. */
type Place = (name: string) => Record<string, unknown>;
const task = (changes: Record<string, unknown> = {}) => ({ Name: 't', Driver: 'exec', ...changes });
const group = (changes: Record<string, unknown> = {}) => ({ Name: 'g', Count: 1, Tasks: [task()], ...changes });
const job = (changes: Record<string, unknown> = {}) => ({ ID: 'j', Name: 'j', TaskGroups: [group()], ...changes });
const inGroup = (changes: Record<string, unknown>) => job({ TaskGroups: [group(changes)] });
const inTask = (changes: Record<string, unknown>) => inGroup({ Tasks: [task(changes)] });

const places: readonly (readonly [path: RegExp, Place])[] = [
  [/^id$/, (ID) => job({ ID, Name: ID })],
  [/^name$/, (Name) => job({ Name })],
  [/^datacenters\[0\]$/s, (name) => job({ Datacenters: [name] })],
  [/^node_pool$/, (NodePool) => job({ NodePool })],
  [/^region$/, (Region) => job({ Region })],
  [/^namespace$/, (Namespace) => job({ Namespace })],
  [/^meta$/, (key) => job({ Meta: { [key]: 'x' } })],
  [/^group\[".*"\]$/s, (Name) => inGroup({ Name })],
  [/^group\["g"\]\.task\[".*"\]$/s, (Name) => inTask({ Name })],
  [/\.driver$/, (Driver) => inTask({ Driver })],
  [/\.user$/, (User) => inTask({ User })],
  [/\.env$/, (key) => inTask({ Env: { [key]: 'x' } })],
  [/\.port\[".*"\]$/s, (Label) => inGroup({ Networks: [{ DynamicPorts: [{ Label }] }] })],
  [/\.hostname$/, (Hostname) => inGroup({ Networks: [{ Mode: 'bridge', Hostname }] })],
  [/\.dns\.searches\[0\]$/s, (name) => inGroup({ Networks: [{ Mode: 'bridge', DNS: { Searches: [name] } }] })],
  [/\.volume\[".*"\]$/s, (Name) => inGroup({ Volumes: { [Name]: { Name, Type: 'host', Source: 's' } } })],
  [/\.source$/, (Source) => inGroup({ Volumes: { v: { Name: 'v', Type: 'host', Source } } })],
  [/\.service\[0\]\.name$/, (Name) => inGroup({ Services: [{ Name, Provider: 'nomad' }] })],
  [/\.action\[".*"\]$/s, (Name) => inTask({ Actions: [{ Name, Command: 'x' }] })],
];

function problemsOf(json: Record<string, unknown>): readonly { readonly path: string; readonly message: string }[] {
  const decoded = decodeJobJson(json);
  return decoded.job === undefined ? decoded.errors : validateJob(decoded.job);
}

for (const [path, place] of places) {
  test(`a name at ${path} is checked, and a good one passes`, (t) => {
    for (const bad of ['..', '.', 'a\u001b[2Jb', 'a\u0000b', 'a\nb', 'a\u009bb', 'a\u202eb', 'x'.repeat(2_000)]) {
      const problems = problemsOf(place(bad));
      const [problem] = problems.filter((item) => path.test(item.path));
      t.not(problem, undefined, `${JSON.stringify(bad.slice(0, 20))}: ${JSON.stringify(problems)}`);
      t.false(/\p{Cc}/u.test(problem?.message ?? ''), 'the message itself is harmless');
    }
    t.deepEqual(problemsOf(place('good-1')), []);
  });
}

test('ids of jobs and keys of maps are names', (t) => {
  t.is(problemsOf(job({ ID: 'x'.repeat(20_000) }))[0]?.path, 'id');
  t.is(problemsOf(job({ ID: 'a\u001bb' }))[0]?.path, 'id');
  t.is(problemsOf(job({ Meta: { 'a\u001bb': 'x' } }))[0]?.path, 'meta');
});

test('a task is not called as the directory that the group shares, whatever way the job comes', (t) => {
  t.regex(problemsOf(inTask({ Name: 'alloc' }))[0]?.message ?? '', /directory that the tasks of a group share/);
  const { diagnostics } = parseJob('job "j" {\n group "g" {\n task ".." {\n driver = "exec"\n }\n }\n}', {
    fileName: 'a.hcl',
  });
  t.is(diagnostics[0]?.range?.start.line, 3);
});

test('names that a Nomad server takes stay names', (t) => {
  for (const id of ['team/web', 'größe', 'a.b', '-x', 'x'.repeat(256)]) t.deepEqual(problemsOf(job({ ID: id })), []);
  for (const Name of ['my web', 'web.1', 'größe']) t.deepEqual(problemsOf(inGroup({ Name })), []);
  t.deepEqual(problemsOf(job({ Datacenters: ['eu-*', 'my dc'], Meta: { 'a b/c': 'x\ny' } })), []);
  t.deepEqual(problemsOf(inTask({ User: '${meta.the user}', Env: { A: 'line\nline' } })), []);
});

/** Texts that are no names, by what they are; and names that a rule of their block checks. */
const free: Readonly<Record<string, string>> = {
  'checked by the block':
    'job.id job.name port_[label] secret_[label] scaling_[label] network.mode service.name identity.name service_identity.name',
  'a name that must exist, or is looked up elsewhere':
    'service.task check.task port.task port.task_label volume_mount.volume numa.devices identity.service_name service_identity.service_name ingress_service.name linked_service.name upstreams.destination_name upstreams.destination_namespace upstreams.destination_partition upstreams.destination_peer upstreams.destination_type upstreams.datacenter envoy_gateway_bind_addresses_[label] sds.cluster_name sds.cert_resource',
  'compared with facts of a node':
    'affinity.attribute affinity.operator affinity.regexp affinity.semver affinity.set_contains affinity.set_contains_all affinity.set_contains_any affinity.value affinity.version constraint.attribute constraint.distinct_property constraint.operator constraint.regexp constraint.semver constraint.set_contains constraint.set_contains_all constraint.set_contains_any constraint.value constraint.version spread.attribute target_[label]',
  'a program, its arguments, prose, data':
    'action.args action.command change_script.args change_script.command check.args check.command check.body check.notes template.data template.left_delimiter template.right_delimiter ui.description link.label service.tags service.canary_tags sidecar_service.tags identity.aud identity.extra_claims service_identity.aud service_identity.extra_claims',
  'a path, an address, a port':
    'artifact.destination artifact.source link.url check.path check.port check.advertise service.address service.port sidecar_service.port csi_plugin.mount_dir csi_plugin.stage_publish_base_dir dispatch_payload.file identity.filepath service_identity.filepath template.destination template.source template.perms volume_mount.destination secret.path envoy_gateway_bind_addresses.address linked_service.ca_file linked_service.cert_file linked_service.key_file linked_service.sni ingress_service.hosts network.cidr network.device network.ip path.listener_port path.path path.protocol proxy.local_service_address transparent_proxy.exclude_inbound_ports transparent_proxy.exclude_outbound_cidrs transparent_proxy.exclude_uids transparent_proxy.uid upstreams.local_bind_address upstreams.local_bind_socket_mode upstreams.local_bind_socket_path check.tls_server_name',
  'a word of a small set, or of another protocol':
    'check.grpc_service check.method check.protocol cron.end cron.start cron.timezone periodic.cron periodic.crons periodic.time_zone mount_options.fs_type mount_options.mount_flags header_modifiers.remove scaling.type strategy.on_failure tls.cipher_suites tls.tls_max_version tls.tls_min_version identity.change_signal service_identity.change_signal sidecar_task.kill_signal task.kill_signal template.change_signal vault.change_signal',
};

test('every text of the job language is a name with a rule, one of a closed set, or known to be neither', (t) => {
  const found = new Set<string>();
  const seen = new Set<BlockSchema>();
  const visit = (schema: BlockSchema): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    if (schema.label !== undefined && schema.label.nameRule === undefined && schema !== jobBlock)
      found.add(`${schema.name} [label]`);
    for (const { hcl, wire, type, values, nameRule } of schema.fields) {
      if (isBlockType(type)) visit(type.block);
      const isText = type === 'string' || (typeof type === 'object' && type.kind === 'list' && type.of === 'string');
      if (isText && values === undefined && nameRule === undefined) found.add(`${schema.name}.${hcl ?? wire}`);
    }
  };
  visit(jobBlock);
  const known = Object.values(free).flatMap((names) => names.split(' '));
  t.deepEqual([...found].map((name) => name.replaceAll(' ', '_')).sort(), known.sort());
});
