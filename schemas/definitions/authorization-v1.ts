/** io.k8s.api.authorization.v1; the format is described in `parse.ts`. */
export default `
FieldSelectorAttributes
  1 rawSelector string
  2 requirements []meta.FieldSelectorRequirement list=atomic
LabelSelectorAttributes
  1 rawSelector string
  2 requirements []meta.LabelSelectorRequirement list=atomic
LocalSubjectAccessReview kind
  1 metadata meta.ObjectMeta
  2 spec SubjectAccessReviewSpec always required
  3 status SubjectAccessReviewStatus
NonResourceAttributes
  1 path string
  2 verb string
NonResourceRule
  1 verbs []string always required list=atomic
  2 nonResourceURLs []string list=atomic
ResourceAttributes
  1 namespace string
  2 verb string
  3 group string
  4 version string
  5 resource string
  6 subresource string
  7 name string
  8 fieldSelector FieldSelectorAttributes pointer
  9 labelSelector LabelSelectorAttributes pointer
ResourceRule
  1 verbs []string always required list=atomic
  2 apiGroups []string list=atomic
  3 resources []string list=atomic
  4 resourceNames []string list=atomic
SelfSubjectAccessReview kind
  1 metadata meta.ObjectMeta
  2 spec SelfSubjectAccessReviewSpec always required
  3 status SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec
  1 resourceAttributes ResourceAttributes pointer
  2 nonResourceAttributes NonResourceAttributes pointer
SelfSubjectRulesReview kind
  1 metadata meta.ObjectMeta
  2 spec SelfSubjectRulesReviewSpec always required
  3 status SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec
  1 namespace string
SubjectAccessReview kind
  1 metadata meta.ObjectMeta
  2 spec SubjectAccessReviewSpec always required
  3 status SubjectAccessReviewStatus
SubjectAccessReviewSpec
  1 resourceAttributes ResourceAttributes pointer
  2 nonResourceAttributes NonResourceAttributes pointer
  3 user string
  4 groups []string list=atomic
  5 extra {}[]string go=map[string]v1.ExtraValue
  6 uid string
SubjectAccessReviewStatus
  1 allowed bool always required
  4 denied bool
  2 reason string
  3 evaluationError string
SubjectRulesReviewStatus
  1 resourceRules []ResourceRule always required list=atomic
  2 nonResourceRules []NonResourceRule always required list=atomic
  3 incomplete bool always required
  4 evaluationError string
`;
