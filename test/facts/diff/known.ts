// The differences between our answers and the peer's that are meant to be. docs/differences/diff.md says why.

export interface KnownDifference {
  readonly name: string;
  readonly ours?: RegExp;
  readonly peer?: RegExp;
}

const impliedTargets =
  'attr\\.(nomad\\.service_discovery|nomad\\.version|os\\.signals|consul\\.(partition|version)|vault\\.version)';

export const knownDifferences: readonly KnownDifference[] = [
  { name: 'implied constraints', peer: new RegExp(`(Added|Deleted) Constraint of \\$\\{${impliedTargets}\\}`) },
  {
    name: 'identities by default',
    ours: /task .* Added Identity( >.*)?$/,
    peer: /task .* (Added|Deleted|Edited) Identity( >.*)?$/,
  },
  { name: 'proxies that the server adds', peer: /task connect-proxy-/ },
  { name: 'proxy without a transparent one', peer: /None TransparentProxy$/ },
  { name: 'tags of a sidecar', ours: /SidecarService > Edited Tags( >.*)?$/ },
  { name: 'times of a sidecar task', ours: /SidecarTask > \w+ (KillTimeout|ShutdownDelay): / },
  { name: 'csi_plugin', ours: /Edited CSIPluginConfig( >.*)?$/ },
  { name: 'spreads', ours: /(Added|Deleted) Spread( >.*)?$/ },
  { name: 'lifecycle', ours: /(Added|Edited) Lifecycle( >.*)?$/ },
  { name: 'restart of a task', ours: /task t > Edited RestartPolicy( >.*)?$/ },
  { name: 'scaling of a task', ours: /Edited ScalingPolicy( >.*)?$/ },
  { name: 'constraints of devices', ours: /Device > (Added|Deleted) Constraint/ },
  { name: 'stagger', ours: /Update > \w+ Stagger: / },
  { name: 'max_run_duration', ours: /\w+ MaxRunDuration: / },
  { name: 'network mode', ours: /Network > \w+ Mode: .*"host"/, peer: /Network > None Mode: \["",""\]/ },
];
