/** io.k8s.kube-aggregator.pkg.apis.apiregistration.v1; the format is described in `parse.ts`. */
export default `
APIService kind
  1 metadata meta.ObjectMeta go=metav1.ObjectMeta
  2 spec APIServiceSpec
  3 status APIServiceStatus
APIServiceCondition
  1 type string always required go=v1.APIServiceConditionType values=Available
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
APIServiceList kind
  1 metadata meta.ListMeta go=metav1.ListMeta
  2 items []APIService always required
APIServiceSpec
  1 service ServiceReference pointer
  2 group string
  3 version string
  4 insecureSkipTLSVerify bool
  5 caBundle bytes list=atomic
  7 groupPriorityMinimum int32 always required
  8 versionPriority int32 always required
APIServiceStatus
  1 conditions []APIServiceCondition list=map(type) patch=merge(type)
ServiceReference
  1 namespace string
  2 name string
  3 port int32 pointer
`;
