// Deployments on the wire.

export interface DeploymentGroupWire {
  readonly AutoRevert: boolean;
  readonly AutoPromote: boolean;
  /** Nanoseconds. */
  readonly ProgressDeadline: number;
  /** RFC 3339, or the zero time. */
  readonly RequireProgressBy: string;
  readonly Promoted: boolean;
  readonly PlacedCanaries: readonly string[] | null;
  readonly DesiredCanaries: number;
  readonly DesiredTotal: number;
  readonly PlacedAllocs: number;
  readonly HealthyAllocs: number;
  readonly UnhealthyAllocs: number;
}

export interface DeploymentWire {
  readonly ID: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly JobVersion: number;
  readonly JobModifyIndex: number;
  readonly JobSpecModifyIndex: number;
  readonly JobCreateIndex: number;
  readonly IsMultiregion: boolean;
  readonly TaskGroups: Readonly<Record<string, DeploymentGroupWire>>;
  /** Spelled as the field does on the wire: `cancelled`. */
  readonly Status: string;
  readonly StatusDescription: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  /** Nanoseconds since the epoch. */
  readonly CreateTime: number;
}

export interface DeploymentUpdateResponse {
  readonly EvalID: string;
  readonly EvalCreateIndex: number;
  readonly DeploymentModifyIndex: number;
  readonly RevertedJobVersion: number | null;
  readonly Index: number;
}
