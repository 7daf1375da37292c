/** io.k8s.api.autoscaling.v2; the format is described in `parse.ts`. */
export default `
ContainerResourceMetricSource
  1 name string always required go=v1.ResourceName values=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
  2 target MetricTarget always required
  3 container string always required
ContainerResourceMetricStatus
  1 name string always required go=v1.ResourceName values=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
  2 current MetricValueStatus always required
  3 container string always required
CrossVersionObjectReference
  1 kind string always required
  2 name string always required
  3 apiVersion string
ExternalMetricSource
  1 metric MetricIdentifier always required
  2 target MetricTarget always required
ExternalMetricStatus
  1 metric MetricIdentifier always required
  2 current MetricValueStatus always required
HPAScalingPolicy
  1 type string always required go=v2.HPAScalingPolicyType values=Pods|Percent
  2 value int32 always required
  3 periodSeconds int32 always required
HPAScalingRules
  3 stabilizationWindowSeconds int32 pointer
  1 selectPolicy string pointer go=v2.ScalingPolicySelect values=Max|Min|Disabled
  2 policies []HPAScalingPolicy list=atomic
  4 tolerance Quantity pointer
HorizontalPodAutoscaler kind
  1 metadata meta.ObjectMeta
  2 spec HorizontalPodAutoscalerSpec required
  3 status HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerBehavior
  1 scaleUp HPAScalingRules pointer
  2 scaleDown HPAScalingRules pointer
HorizontalPodAutoscalerCondition
  1 type string always required go=v2.HorizontalPodAutoscalerConditionType values=ScalingActive|AbleToScale|ScalingLimited|ScaledToZero
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
HorizontalPodAutoscalerList kind
  1 metadata meta.ListMeta
  2 items []HorizontalPodAutoscaler always required
HorizontalPodAutoscalerSpec
  1 scaleTargetRef CrossVersionObjectReference always required
  2 minReplicas int32 pointer
  3 maxReplicas int32 always required
  4 metrics []MetricSpec list=atomic
  5 behavior HorizontalPodAutoscalerBehavior pointer
HorizontalPodAutoscalerStatus
  1 observedGeneration int64 pointer
  2 lastScaleTime Time pointer
  3 currentReplicas int32
  4 desiredReplicas int32 always required
  5 currentMetrics []MetricStatus always list=atomic
  6 conditions []HorizontalPodAutoscalerCondition list=map(type) patch=merge(type)
MetricIdentifier
  1 name string always required
  2 selector meta.LabelSelector pointer
MetricSpec
  1 type string always required go=v2.MetricSourceType values=Object|Pods|Resource|ContainerResource|External
  2 object ObjectMetricSource pointer
  3 pods PodsMetricSource pointer
  4 resource ResourceMetricSource pointer
  7 containerResource ContainerResourceMetricSource pointer
  5 external ExternalMetricSource pointer
MetricStatus
  1 type string always required go=v2.MetricSourceType values=Object|Pods|Resource|ContainerResource|External
  2 object ObjectMetricStatus pointer
  3 pods PodsMetricStatus pointer
  4 resource ResourceMetricStatus pointer
  7 containerResource ContainerResourceMetricStatus pointer
  5 external ExternalMetricStatus pointer
MetricTarget
  1 type string always required go=v2.MetricTargetType values=Utilization|Value|AverageValue
  2 value Quantity pointer
  3 averageValue Quantity pointer
  4 averageUtilization int32 pointer
MetricValueStatus
  1 value Quantity pointer
  2 averageValue Quantity pointer
  3 averageUtilization int32 pointer
ObjectMetricSource
  1 describedObject CrossVersionObjectReference always required
  2 target MetricTarget always required
  3 metric MetricIdentifier always required
ObjectMetricStatus
  1 metric MetricIdentifier always required
  2 current MetricValueStatus always required
  3 describedObject CrossVersionObjectReference always required
PodsMetricSource
  1 metric MetricIdentifier always required
  2 target MetricTarget always required
PodsMetricStatus
  1 metric MetricIdentifier always required
  2 current MetricValueStatus always required
ResourceMetricSource
  1 name string always required go=v1.ResourceName values=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
  2 target MetricTarget always required
ResourceMetricStatus
  1 name string always required go=v1.ResourceName values=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
  2 current MetricValueStatus always required
`;
