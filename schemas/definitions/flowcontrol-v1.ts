/** io.k8s.api.flowcontrol.v1; the format is described in `parse.ts`. */
export default `
ExemptPriorityLevelConfiguration
  1 nominalConcurrencyShares int32 pointer
  2 lendablePercent int32 pointer
FlowDistinguisherMethod
  1 type string always required go=v1.FlowDistinguisherMethodType values=ByUser|ByNamespace
FlowSchema kind
  1 metadata meta.ObjectMeta
  2 spec FlowSchemaSpec
  3 status FlowSchemaStatus
FlowSchemaCondition
  1 type string go=v1.FlowSchemaConditionType
  2 status string go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
FlowSchemaList kind
  1 metadata meta.ListMeta
  2 items []FlowSchema always required
FlowSchemaSpec
  1 priorityLevelConfiguration PriorityLevelConfigurationReference always required
  2 matchingPrecedence int32 always
  3 distinguisherMethod FlowDistinguisherMethod pointer
  4 rules []PolicyRulesWithSubjects list=atomic
FlowSchemaStatus
  1 conditions []FlowSchemaCondition list=map(type) patch=merge(type)
GroupSubject
  1 name string always required
LimitResponse union=type(queuing)
  1 type string always required go=v1.LimitResponseType values=Queue|Reject
  2 queuing QueuingConfiguration pointer
LimitedPriorityLevelConfiguration
  1 nominalConcurrencyShares int32 pointer-always
  2 limitResponse LimitResponse
  3 lendablePercent int32 pointer
  4 borrowingLimitPercent int32 pointer
NonResourcePolicyRule
  1 verbs []string always required list=set
  6 nonResourceURLs []string always required list=set
PolicyRulesWithSubjects
  1 subjects []Subject always required list=atomic
  2 resourceRules []ResourcePolicyRule list=atomic
  3 nonResourceRules []NonResourcePolicyRule list=atomic
PriorityLevelConfiguration kind
  1 metadata meta.ObjectMeta
  2 spec PriorityLevelConfigurationSpec
  3 status PriorityLevelConfigurationStatus
PriorityLevelConfigurationCondition
  1 type string go=v1.PriorityLevelConfigurationConditionType
  2 status string go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
PriorityLevelConfigurationList kind
  1 metadata meta.ListMeta
  2 items []PriorityLevelConfiguration always required
PriorityLevelConfigurationReference
  1 name string always required
PriorityLevelConfigurationSpec union=type(exempt,limited)
  1 type string always required go=v1.PriorityLevelEnablement values=Exempt|Limited
  2 limited LimitedPriorityLevelConfiguration pointer
  3 exempt ExemptPriorityLevelConfiguration pointer
PriorityLevelConfigurationStatus
  1 conditions []PriorityLevelConfigurationCondition list=map(type) patch=merge(type)
QueuingConfiguration
  1 queues int32 always
  2 handSize int32 always
  3 queueLengthLimit int32 always
ResourcePolicyRule
  1 verbs []string always required list=set
  2 apiGroups []string always required list=set
  3 resources []string always required list=set
  4 clusterScope bool
  5 namespaces []string always list=set
ServiceAccountSubject
  1 namespace string always required
  2 name string always required
Subject union=kind(group,serviceAccount,user)
  1 kind string always required go=v1.SubjectKind values=User|Group|ServiceAccount
  2 user UserSubject pointer
  3 group GroupSubject pointer
  4 serviceAccount ServiceAccountSubject pointer
UserSubject
  1 name string always required
`;
