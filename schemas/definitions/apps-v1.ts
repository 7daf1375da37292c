/** io.k8s.api.apps.v1; the format is described in `parse.ts`. */
export default `
ControllerRevision kind
  1 metadata meta.ObjectMeta
  2 data RawExtension always
  3 revision int64 always required
ControllerRevisionList kind
  1 metadata meta.ListMeta
  2 items []ControllerRevision always required
DaemonSet kind
  1 metadata meta.ObjectMeta
  2 spec DaemonSetSpec
  3 status DaemonSetStatus
DaemonSetCondition
  1 type string always required go=v1.DaemonSetConditionType
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
DaemonSetList kind
  1 metadata meta.ListMeta
  2 items []DaemonSet always required
DaemonSetSpec
  1 selector meta.LabelSelector pointer-always required
  2 template core.PodTemplateSpec always required
  3 updateStrategy DaemonSetUpdateStrategy
  4 minReadySeconds int32
  6 revisionHistoryLimit int32 pointer
DaemonSetStatus
  1 currentNumberScheduled int32 always required
  2 numberMisscheduled int32 always required
  3 desiredNumberScheduled int32 always required
  4 numberReady int32 always required
  5 observedGeneration int64
  6 updatedNumberScheduled int32
  7 numberAvailable int32
  8 numberUnavailable int32
  9 collisionCount int32 pointer
  10 conditions []DaemonSetCondition list=map(type) patch=merge(type)
DaemonSetUpdateStrategy
  1 type string go=v1.DaemonSetUpdateStrategyType enum=RollingUpdate|OnDelete
  2 rollingUpdate RollingUpdateDaemonSet pointer
Deployment kind
  1 metadata meta.ObjectMeta
  2 spec DeploymentSpec
  3 status DeploymentStatus
DeploymentCondition
  1 type string always required go=v1.DeploymentConditionType values=Available|Progressing|ReplicaFailure
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  6 lastUpdateTime Time
  7 lastTransitionTime Time
  4 reason string
  5 message string
DeploymentList kind
  1 metadata meta.ListMeta
  2 items []Deployment always required
DeploymentSpec
  1 replicas int32 pointer
  2 selector meta.LabelSelector pointer-always required
  3 template core.PodTemplateSpec always required
  4 strategy DeploymentStrategy patch=retainKeys
  5 minReadySeconds int32
  6 revisionHistoryLimit int32 pointer
  7 paused bool
  9 progressDeadlineSeconds int32 pointer
DeploymentStatus
  1 observedGeneration int64
  2 replicas int32
  3 updatedReplicas int32
  7 readyReplicas int32
  4 availableReplicas int32
  5 unavailableReplicas int32
  9 terminatingReplicas int32 pointer
  6 conditions []DeploymentCondition list=map(type) patch=merge(type)
  8 collisionCount int32 pointer
DeploymentStrategy
  1 type string go=v1.DeploymentStrategyType enum=Recreate|RollingUpdate
  2 rollingUpdate RollingUpdateDeployment pointer
ReplicaSet kind
  1 metadata meta.ObjectMeta
  2 spec ReplicaSetSpec
  3 status ReplicaSetStatus
ReplicaSetCondition
  1 type string always required go=v1.ReplicaSetConditionType values=ReplicaFailure
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
ReplicaSetList kind
  1 metadata meta.ListMeta
  2 items []ReplicaSet always required
ReplicaSetSpec
  1 replicas int32 pointer
  4 minReadySeconds int32
  2 selector meta.LabelSelector pointer-always required
  3 template core.PodTemplateSpec
ReplicaSetStatus
  1 replicas int32 always required
  2 fullyLabeledReplicas int32
  4 readyReplicas int32
  5 availableReplicas int32
  7 terminatingReplicas int32 pointer
  3 observedGeneration int64
  6 conditions []ReplicaSetCondition list=map(type) patch=merge(type)
RollingUpdateDaemonSet
  1 maxUnavailable IntOrString pointer
  2 maxSurge IntOrString pointer
RollingUpdateDeployment
  1 maxUnavailable IntOrString pointer
  2 maxSurge IntOrString pointer
RollingUpdateStatefulSetStrategy
  1 partition int32 pointer
  2 maxUnavailable IntOrString pointer
StatefulSet kind
  1 metadata meta.ObjectMeta
  2 spec StatefulSetSpec
  3 status StatefulSetStatus
StatefulSetCondition
  1 type string always required go=v1.StatefulSetConditionType values=Progressing
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
StatefulSetList kind
  1 metadata meta.ListMeta
  2 items []StatefulSet always required
StatefulSetOrdinals
  1 start int32 always
StatefulSetPersistentVolumeClaimRetentionPolicy
  1 whenDeleted string go=v1.PersistentVolumeClaimRetentionPolicyType values=Retain|Delete
  2 whenScaled string go=v1.PersistentVolumeClaimRetentionPolicyType values=Retain|Delete
StatefulSetSpec
  1 replicas int32 pointer
  2 selector meta.LabelSelector pointer-always required
  3 template core.PodTemplateSpec always required
  4 volumeClaimTemplates []core.PersistentVolumeClaim list=atomic
  5 serviceName string always
  6 podManagementPolicy string go=v1.PodManagementPolicyType enum=OrderedReady|Parallel
  7 updateStrategy StatefulSetUpdateStrategy
  8 revisionHistoryLimit int32 pointer
  9 minReadySeconds int32
  10 persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy pointer
  11 ordinals StatefulSetOrdinals pointer
StatefulSetStatus
  1 observedGeneration int64
  2 replicas int32 always required
  3 readyReplicas int32
  4 currentReplicas int32
  5 updatedReplicas int32
  6 currentRevision string
  7 updateRevision string
  9 collisionCount int32 pointer
  10 conditions []StatefulSetCondition list=map(type) patch=merge(type)
  11 availableReplicas int32 always
StatefulSetUpdateStrategy
  1 type string go=v1.StatefulSetUpdateStrategyType enum=RollingUpdate|OnDelete|Recreate
  2 rollingUpdate RollingUpdateStatefulSetStrategy pointer
`;
