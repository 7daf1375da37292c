/** io.k8s.api.policy.v1; the format is described in `parse.ts`. */
export default `
Eviction kind
  1 metadata meta.ObjectMeta
  2 deleteOptions meta.DeleteOptions pointer
PodDisruptionBudget kind
  1 metadata meta.ObjectMeta
  2 spec PodDisruptionBudgetSpec
  3 status PodDisruptionBudgetStatus
PodDisruptionBudgetList kind
  1 metadata meta.ListMeta
  2 items []PodDisruptionBudget always required
PodDisruptionBudgetSpec
  1 minAvailable IntOrString pointer
  2 selector meta.LabelSelector pointer patch=replace
  3 maxUnavailable IntOrString pointer
  4 unhealthyPodEvictionPolicy string pointer go=v1.UnhealthyPodEvictionPolicyType enum=IfHealthyBudget|AlwaysAllow
PodDisruptionBudgetStatus
  1 observedGeneration int64
  2 disruptedPods {}Time
  3 disruptionsAllowed int32 always
  4 currentHealthy int32 always
  5 desiredHealthy int32 always
  6 expectedPods int32 always
  7 conditions []meta.Condition list=map(type) patch=merge(type)
`;
