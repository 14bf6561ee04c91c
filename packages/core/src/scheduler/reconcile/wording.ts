// The descriptions the reconciler writes on stopped allocations and deployments.

export const stopWording = {
  jobStopped: 'stopped: the job is stopped',
  groupRemoved: 'stopped: the job has no such group any more',
  countLowered: 'stopped: the count of the group is lower',
  lost: 'lost: its node is down or gone',
  migrating: 'stopped: it moves to another node',
  updating: 'stopped: replaced by an instance of the new job version',
  rescheduled: 'stopped: replaced after it failed',
  canaryAbandoned: 'stopped: canary of a deployment that is over',
} as const;

export const deploymentWording = {
  running: 'deployment is running',
  needsPromotion: 'deployment is running and waits for its canaries to be promoted',
  successful: 'all instances of the new version are healthy',
  newerJob: 'canceled: a newer version of the job was registered',
  jobStopped: 'canceled: the job is stopped',
} as const;
