/** io.k8s.api.batch.v1; the format is described in `parse.ts`. */
export default `
CronJob kind
  1 metadata meta.ObjectMeta
  2 spec CronJobSpec required
  3 status CronJobStatus
CronJobList kind
  1 metadata meta.ListMeta
  2 items []CronJob always required
CronJobSpec
  1 schedule string always required
  8 timeZone string pointer
  2 startingDeadlineSeconds int64 pointer
  3 concurrencyPolicy string go=v1.ConcurrencyPolicy enum=Allow|Forbid|Replace
  4 suspend bool pointer
  5 jobTemplate JobTemplateSpec always required
  6 successfulJobsHistoryLimit int32 pointer
  7 failedJobsHistoryLimit int32 pointer
CronJobStatus
  1 active []core.ObjectReference list=atomic
  4 lastScheduleTime Time pointer
  5 lastSuccessfulTime Time pointer
Job kind
  1 metadata meta.ObjectMeta
  2 spec JobSpec
  3 status JobStatus
JobCondition
  1 type string always required go=v1.JobConditionType values=Suspended|Complete|Failed|FailureTarget|SuccessCriteriaMet
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastProbeTime Time
  4 lastTransitionTime Time
  5 reason string
  6 message string
JobList kind
  1 metadata meta.ListMeta
  2 items []Job always required
JobSpec
  1 parallelism int32 pointer
  2 completions int32 pointer
  3 activeDeadlineSeconds int64 pointer
  11 podFailurePolicy PodFailurePolicy pointer
  16 successPolicy SuccessPolicy pointer
  7 backoffLimit int32 pointer
  12 backoffLimitPerIndex int32 pointer
  13 maxFailedIndexes int32 pointer
  4 selector meta.LabelSelector pointer
  5 manualSelector bool pointer
  6 template core.PodTemplateSpec always required
  8 ttlSecondsAfterFinished int32 pointer
  9 completionMode string pointer go=v1.CompletionMode enum=NonIndexed|Indexed
  10 suspend bool pointer
  14 podReplacementPolicy string pointer go=v1.PodReplacementPolicy enum=TerminatingOrFailed|Failed
  15 managedBy string pointer
JobStatus
  1 conditions []JobCondition list=atomic patch=merge(type)
  2 startTime Time pointer
  3 completionTime Time pointer
  4 active int32
  5 succeeded int32
  6 failed int32
  11 terminating int32 pointer
  7 completedIndexes string
  10 failedIndexes string pointer
  8 uncountedTerminatedPods UncountedTerminatedPods pointer
  9 ready int32 pointer
JobTemplateSpec
  1 metadata meta.ObjectMeta
  2 spec JobSpec
PodFailurePolicy
  1 rules []PodFailurePolicyRule always required list=atomic
PodFailurePolicyOnExitCodesRequirement
  1 containerName string pointer
  2 operator string always required go=v1.PodFailurePolicyOnExitCodesOperator enum=In|NotIn
  3 values []int32 always required list=set
PodFailurePolicyOnPodConditionsPattern
  1 type string always required go=v1.PodConditionType values=ContainersReady|Initialized|Ready|PodScheduled|DisruptionTarget|PodReadyToStartContainers|PodResizePending|PodResizeInProgress|AllContainersRestarting
  2 status string always go=v1.ConditionStatus values=True|False|Unknown
PodFailurePolicyRule
  1 action string always required go=v1.PodFailurePolicyAction enum=FailJob|FailIndex|Ignore|Count
  2 onExitCodes PodFailurePolicyOnExitCodesRequirement pointer
  3 onPodConditions []PodFailurePolicyOnPodConditionsPattern list=atomic
SuccessPolicy
  1 rules []SuccessPolicyRule always required list=atomic
SuccessPolicyRule
  1 succeededIndexes string pointer
  2 succeededCount int32 pointer
UncountedTerminatedPods
  1 succeeded []string list=set go=[]types.UID
  2 failed []string list=set go=[]types.UID
`;
