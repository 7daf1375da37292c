/** io.k8s.api.scheduling.v1alpha2; the format is described in `parse.ts`. */
export default `
BasicSchedulingPolicy

GangSchedulingPolicy
  1 minCount int32 always required
PodGroup kind
  1 metadata meta.ObjectMeta
  2 spec PodGroupSpec always required
  3 status PodGroupStatus
PodGroupList kind
  1 metadata meta.ListMeta
  2 items []PodGroup always required
PodGroupResourceClaim
  1 name string always required
  2 resourceClaimName string pointer
  3 resourceClaimTemplateName string pointer
PodGroupResourceClaimStatus
  1 name string always required
  2 resourceClaimName string pointer
PodGroupSchedulingConstraints
  1 topology []TopologyConstraint list=atomic
PodGroupSchedulingPolicy union=(basic,gang)
  1 basic BasicSchedulingPolicy pointer
  2 gang GangSchedulingPolicy pointer
PodGroupSpec
  1 podGroupTemplateRef PodGroupTemplateReference pointer-always
  2 schedulingPolicy PodGroupSchedulingPolicy always required
  3 schedulingConstraints PodGroupSchedulingConstraints pointer
  4 resourceClaims []PodGroupResourceClaim list=map(name) patch=merge,retainKeys(name)
  5 disruptionMode string pointer go=v1alpha2.DisruptionMode
  6 priorityClassName string
  7 priority int32 pointer
PodGroupStatus
  1 conditions []meta.Condition list=map(type) patch=merge(type)
  2 resourceClaimStatuses []PodGroupResourceClaimStatus list=map(name) patch=merge,retainKeys(name)
PodGroupTemplate
  1 name string always required
  2 schedulingPolicy PodGroupSchedulingPolicy always required
  3 schedulingConstraints PodGroupSchedulingConstraints pointer-always
  4 resourceClaims []PodGroupResourceClaim list=map(name) patch=merge,retainKeys(name)
  5 disruptionMode string pointer go=v1alpha2.DisruptionMode
  6 priorityClassName string
  7 priority int32 pointer
PodGroupTemplateReference union=(workload)
  1 workload WorkloadPodGroupTemplateReference pointer-always
TopologyConstraint
  1 key string always required
TypedLocalObjectReference
  1 apiGroup string
  2 kind string always required
  3 name string always required
Workload kind
  1 metadata meta.ObjectMeta
  2 spec WorkloadSpec always required
WorkloadList kind
  1 metadata meta.ListMeta
  2 items []Workload always required
WorkloadPodGroupTemplateReference
  1 workloadName string always required
  2 podGroupTemplateName string always required
WorkloadSpec
  1 controllerRef TypedLocalObjectReference pointer
  2 podGroupTemplates []PodGroupTemplate always required list=map(name)
`;
