/** io.k8s.api.autoscaling.v1; the format is described in `parse.ts`. */
export default `
CrossVersionObjectReference atomic
  1 kind string always required
  2 name string always required
  3 apiVersion string
HorizontalPodAutoscaler kind
  1 metadata meta.ObjectMeta
  2 spec HorizontalPodAutoscalerSpec required
  3 status HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerList kind
  1 metadata meta.ListMeta
  2 items []HorizontalPodAutoscaler always required
HorizontalPodAutoscalerSpec
  1 scaleTargetRef CrossVersionObjectReference always required
  2 minReplicas int32 pointer
  3 maxReplicas int32 always required
  4 targetCPUUtilizationPercentage int32 pointer
HorizontalPodAutoscalerStatus
  1 observedGeneration int64 pointer
  2 lastScaleTime Time pointer
  3 currentReplicas int32 always required
  4 desiredReplicas int32 always required
  5 currentCPUUtilizationPercentage int32 pointer
Scale kind
  1 metadata meta.ObjectMeta
  2 spec ScaleSpec
  3 status ScaleStatus
ScaleSpec
  1 replicas int32 default=0
ScaleStatus
  1 replicas int32 always required
  2 selector string
`;
