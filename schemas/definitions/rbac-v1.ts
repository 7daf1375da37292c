/** io.k8s.api.rbac.v1; the format is described in `parse.ts`. */
export default `
AggregationRule
  1 clusterRoleSelectors []meta.LabelSelector list=atomic
ClusterRole kind
  1 metadata meta.ObjectMeta
  2 rules []PolicyRule always list=atomic
  3 aggregationRule AggregationRule pointer
ClusterRoleBinding kind
  1 metadata meta.ObjectMeta
  2 subjects []Subject list=atomic
  3 roleRef RoleRef always required
ClusterRoleBindingList kind
  1 metadata meta.ListMeta
  2 items []ClusterRoleBinding always required
ClusterRoleList kind
  1 metadata meta.ListMeta
  2 items []ClusterRole always required
PolicyRule
  1 verbs []string always required list=atomic
  2 apiGroups []string list=atomic
  3 resources []string list=atomic
  4 resourceNames []string list=atomic
  5 nonResourceURLs []string list=atomic
Role kind
  1 metadata meta.ObjectMeta
  2 rules []PolicyRule always list=atomic
RoleBinding kind
  1 metadata meta.ObjectMeta
  2 subjects []Subject list=atomic
  3 roleRef RoleRef always required
RoleBindingList kind
  1 metadata meta.ListMeta
  2 items []RoleBinding always required
RoleList kind
  1 metadata meta.ListMeta
  2 items []Role always required
RoleRef atomic
  1 apiGroup string always
  2 kind string always required
  3 name string always required
Subject atomic
  1 kind string always required
  2 apiGroup string
  3 name string always required
  4 namespace string
`;
