/** io.k8s.api.admissionregistration.v1alpha1; the format is described in `parse.ts`. */
export default `
ApplyConfiguration
  1 expression string
JSONPatch
  1 expression string
MatchCondition
  1 name string always required
  2 expression string always required
MatchResources atomic
  1 namespaceSelector meta.LabelSelector pointer
  2 objectSelector meta.LabelSelector pointer
  3 resourceRules []NamedRuleWithOperations list=atomic
  4 excludeResourceRules []NamedRuleWithOperations list=atomic
  7 matchPolicy string pointer go=v1alpha1.MatchPolicyType enum=Exact|Equivalent
MutatingAdmissionPolicy kind
  1 metadata meta.ObjectMeta
  2 spec MutatingAdmissionPolicySpec
MutatingAdmissionPolicyBinding kind
  1 metadata meta.ObjectMeta
  2 spec MutatingAdmissionPolicyBindingSpec
MutatingAdmissionPolicyBindingList kind
  1 metadata meta.ListMeta
  2 items []MutatingAdmissionPolicyBinding always required
MutatingAdmissionPolicyBindingSpec
  1 policyName string
  2 paramRef ParamRef pointer
  3 matchResources MatchResources pointer
MutatingAdmissionPolicyList kind
  1 metadata meta.ListMeta
  2 items []MutatingAdmissionPolicy always required
MutatingAdmissionPolicySpec
  1 paramKind ParamKind pointer
  2 matchConstraints MatchResources pointer
  3 variables []Variable list=atomic
  4 mutations []Mutation list=atomic
  5 failurePolicy string pointer go=v1alpha1.FailurePolicyType enum=Ignore|Fail
  6 matchConditions []MatchCondition list=map(name) patch=merge(name)
  7 reinvocationPolicy string go=v1.ReinvocationPolicyType
Mutation
  2 patchType string always required go=v1alpha1.PatchType enum=ApplyConfiguration|JSONPatch
  3 applyConfiguration ApplyConfiguration pointer
  4 jsonPatch JSONPatch pointer
NamedRuleWithOperations atomic
  1 resourceNames []string list=atomic
  2 ...io.k8s.api.admissionregistration.v1.RuleWithOperations
ParamKind atomic
  1 apiVersion string
  2 kind string
ParamRef atomic
  1 name string
  2 namespace string
  3 selector meta.LabelSelector pointer
  4 parameterNotFoundAction string pointer go=v1alpha1.ParameterNotFoundActionType enum=Allow|Deny
Variable
  1 name string always required
  2 expression string always required
`;
