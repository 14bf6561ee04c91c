// Every field of the job language has been decided on: its change replaces allocations, or is told to what runs.

import test from 'ava';
import { groupBlock } from './blocks/group.ts';
import { jobBlock } from './blocks/job.ts';
import { type BlockSchema, type FieldSchema, isBlockType } from './field.ts';

/**
 * By block, the fields whose change is told to what runs, or concerns only what comes later. A field that is neither
 * here nor marked `destructive` in its block fails the test below: decide where it belongs. Destructive is what takes
 * effect only when a task starts, or an allocation is placed.
 */
const inPlace: Readonly<Record<string, string>> = {
  job: [
    'name region namespace type priority datacenters node_pool all_at_once meta constraint affinity',
    'spread update reschedule migrate periodic parameterized multiregion ui vault secret group',
  ].join(' '),
  constraint: 'attribute operator value',
  affinity: 'attribute operator value weight',
  spread: 'attribute weight target',
  target: 'percent',
  update: [
    'max_parallel health_check min_healthy_time healthy_deadline progress_deadline stagger canary',
    'auto_revert auto_promote',
  ].join(' '),
  reschedule: 'attempts interval delay delay_function max_delay unlimited',
  migrate: 'max_parallel health_check min_healthy_time healthy_deadline',
  periodic: 'crons cron specType time_zone prohibit_overlap enabled',
  parameterized: 'payload meta_required meta_optional',
  multiregion: 'strategy region',
  strategy: 'max_parallel on_failure',
  region: 'count datacenters node_pool meta',
  ui: 'description link',
  link: 'label url',
  vault: ['role policies namespace cluster env disable_file change_mode change_signal', 'allow_token_expiration'].join(
    ' ',
  ),
  secret: 'provider path config env',
  group: [
    'count constraint affinity spread restart reschedule update migrate disconnect ephemeral_disk',
    'shutdown_delay max_run_duration service scaling vault secret stop_after_client_disconnect',
    'max_client_disconnect prevent_reschedule_on_lost',
  ].join(' '),
  port: 'ignore_collision',
  network: 'device cidr ip',
  restart: 'attempts interval delay mode',
  disconnect: 'lost_after stop_on_client_after replace reconcile',
  service: [
    'name port address address_mode provider cluster tags canary_tags meta canary_meta',
    'tagged_addresses enable_tag_override task on_update kind weights identity check check_restart',
  ].join(' '),
  weights: 'passing warning',
  'service identity': 'name aud ttl file env filepath change_mode change_signal service_name extra_claims',
  check: [
    'name type path method body header protocol port interval timeout command args initial_status',
    'expose address_mode advertise notes tls_server_name tls_skip_verify grpc_service grpc_use_tls',
    'task success_before_passing failures_before_critical failures_before_warning on_update',
    'check_restart',
  ].join(' '),
  check_restart: 'limit grace ignore_warnings',
  sidecar_service: 'tags disable_default_tcp_check meta proxy',
  proxy: 'local_service_address local_service_port expose upstreams transparent_proxy config',
  expose: 'path',
  path: 'path protocol local_path_port listener_port',
  upstreams: [
    'destination_name destination_namespace destination_peer destination_partition destination_type',
    'local_bind_port datacenter local_bind_address local_bind_socket_path local_bind_socket_mode',
    'mesh_gateway config',
  ].join(' '),
  mesh_gateway: 'mode',
  transparent_proxy: [
    'uid outbound_port exclude_inbound_ports exclude_outbound_ports exclude_outbound_cidrs',
    'exclude_uids no_dns',
  ].join(' '),
  scaling: 'enabled min max type policy',
  task: [
    'resources constraint affinity restart logs leader kill_timeout kill_signal shutdown_delay',
    'dispatch_payload service scaling action schedule kind',
  ].join(' '),
  resources: 'disk iops',
  logs: 'max_files max_file_size enabled',
  dispatch_payload: 'file',
  action: 'command args',
  schedule: 'cron',
  cron: 'start end timezone',
};

/** Blocks inside one that is marked are compared whole. */
function undecided(schema: BlockSchema, seen: Set<BlockSchema>): readonly string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  return schema.fields.flatMap((field) => {
    if (field.destructive === true || isMovedElsewhere(field)) return [];
    const inner = isBlockType(field.type) ? undecided(field.type.block, seen) : [];
    return field.destructive === 'presence' ? inner : [`${schema.name}.${nameOf(field)}`, ...inner];
  });
}

/** Old spellings that never reach the model, and ports, which do as two lists. */
function isMovedElsewhere(field: FieldSchema): boolean {
  return field.wire === undefined && field.kept !== true;
}

function nameOf(field: FieldSchema): string {
  return field.hcl ?? field.model;
}

test('every field either replaces allocations or has been named as one that does not', (t) => {
  const found = [...new Set([...undecided(jobBlock, new Set([groupBlock])), ...undecided(groupBlock, new Set())])];
  const named = Object.entries(inPlace).flatMap(([block, fields]) =>
    fields.split(' ').map((field) => `${block}.${field}`),
  );
  t.deepEqual(
    found.filter((field) => !named.includes(field)),
    [],
    'decide: `destructive` in the block, or a name in this table',
  );
  t.deepEqual(
    named.filter((field) => !found.includes(field)),
    [],
    'no such field any more, or it is destructive',
  );
});
