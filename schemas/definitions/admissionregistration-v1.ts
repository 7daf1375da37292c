/** io.k8s.api.admissionregistration.v1; the format is described in `parse.ts`. */
export default `
ApplyConfiguration
  1 expression string
AuditAnnotation
  1 key string always required
  2 valueExpression string always required
ExpressionWarning
  2 fieldRef string always required
  3 warning string always required
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
  7 matchPolicy string pointer go=v1.MatchPolicyType enum=Exact|Equivalent
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
  5 failurePolicy string pointer go=v1.FailurePolicyType enum=Ignore|Fail
  6 matchConditions []MatchCondition list=map(name) patch=merge(name)
  7 reinvocationPolicy string go=v1.ReinvocationPolicyType enum=Never|IfNeeded
MutatingWebhook
  1 name string always required
  2 clientConfig WebhookClientConfig always required
  3 rules []RuleWithOperations list=atomic
  4 failurePolicy string pointer go=v1.FailurePolicyType enum=Ignore|Fail
  9 matchPolicy string pointer go=v1.MatchPolicyType enum=Exact|Equivalent
  5 namespaceSelector meta.LabelSelector pointer
  11 objectSelector meta.LabelSelector pointer
  6 sideEffects string pointer-always required go=v1.SideEffectClass enum=Unknown|None|Some|NoneOnDryRun
  7 timeoutSeconds int32 pointer
  8 admissionReviewVersions []string always required list=atomic
  10 reinvocationPolicy string pointer go=v1.ReinvocationPolicyType enum=Never|IfNeeded
  12 matchConditions []MatchCondition list=map(name) patch=merge(name)
MutatingWebhookConfiguration kind
  1 metadata meta.ObjectMeta
  2 webhooks []MutatingWebhook list=map(name) patch=merge(name)
MutatingWebhookConfigurationList kind
  1 metadata meta.ListMeta
  2 items []MutatingWebhookConfiguration always required
Mutation
  2 patchType string always required go=v1.PatchType enum=ApplyConfiguration|JSONPatch
  3 applyConfiguration ApplyConfiguration pointer
  4 jsonPatch JSONPatch pointer
NamedRuleWithOperations atomic
  1 resourceNames []string list=atomic
  2 ...RuleWithOperations
ParamKind atomic
  1 apiVersion string
  2 kind string
ParamRef atomic
  1 name string
  2 namespace string
  3 selector meta.LabelSelector pointer
  4 parameterNotFoundAction string pointer go=v1.ParameterNotFoundActionType values=Allow|Deny
Rule inline
  1 apiGroups []string list=atomic
  2 apiVersions []string list=atomic
  3 resources []string list=atomic
  4 scope string pointer go=v1.ScopeType enum=Cluster|Namespaced|*
RuleWithOperations
  1 operations []string list=atomic go=[]v1.OperationType enum=*|CREATE|UPDATE|DELETE|CONNECT
  2 ...Rule
ServiceReference
  1 namespace string always required
  2 name string always required
  3 path string pointer
  4 port int32 pointer
TypeChecking
  1 expressionWarnings []ExpressionWarning list=atomic
ValidatingAdmissionPolicy kind
  1 metadata meta.ObjectMeta
  2 spec ValidatingAdmissionPolicySpec
  3 status ValidatingAdmissionPolicyStatus
ValidatingAdmissionPolicyBinding kind
  1 metadata meta.ObjectMeta
  2 spec ValidatingAdmissionPolicyBindingSpec required
ValidatingAdmissionPolicyBindingList kind
  1 metadata meta.ListMeta
  2 items []ValidatingAdmissionPolicyBinding always required
ValidatingAdmissionPolicyBindingSpec
  1 policyName string required
  2 paramRef ParamRef pointer
  3 matchResources MatchResources pointer
  4 validationActions []string required list=set go=[]v1.ValidationAction enum=Deny|Warn|Audit
ValidatingAdmissionPolicyList kind
  1 metadata meta.ListMeta
  2 items []ValidatingAdmissionPolicy always required
ValidatingAdmissionPolicySpec
  1 paramKind ParamKind pointer
  2 matchConstraints MatchResources pointer
  3 validations []Validation list=atomic
  4 failurePolicy string pointer go=v1.FailurePolicyType enum=Ignore|Fail
  5 auditAnnotations []AuditAnnotation list=atomic
  6 matchConditions []MatchCondition list=map(name) patch=merge(name)
  7 variables []Variable list=map(name) patch=merge(name)
ValidatingAdmissionPolicyStatus
  1 observedGeneration int64
  2 typeChecking TypeChecking pointer
  3 conditions []meta.Condition list=map(type)
ValidatingWebhook
  1 name string always required
  2 clientConfig WebhookClientConfig always required
  3 rules []RuleWithOperations list=atomic
  4 failurePolicy string pointer go=v1.FailurePolicyType enum=Ignore|Fail
  9 matchPolicy string pointer go=v1.MatchPolicyType enum=Exact|Equivalent
  5 namespaceSelector meta.LabelSelector pointer
  10 objectSelector meta.LabelSelector pointer
  6 sideEffects string pointer-always required go=v1.SideEffectClass enum=Unknown|None|Some|NoneOnDryRun
  7 timeoutSeconds int32 pointer
  8 admissionReviewVersions []string always required list=atomic
  11 matchConditions []MatchCondition list=map(name) patch=merge(name)
ValidatingWebhookConfiguration kind
  1 metadata meta.ObjectMeta
  2 webhooks []ValidatingWebhook list=map(name) patch=merge(name)
ValidatingWebhookConfigurationList kind
  1 metadata meta.ListMeta
  2 items []ValidatingWebhookConfiguration always required
Validation
  1 expression string always required
  2 message string
  3 reason string pointer go=v1.StatusReason
  4 messageExpression string
Variable atomic
  1 name string always required
  2 expression string always required
WebhookClientConfig
  3 url string pointer
  1 service ServiceReference pointer
  2 caBundle bytes
`;
