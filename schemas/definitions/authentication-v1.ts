/** io.k8s.api.authentication.v1; the format is described in `parse.ts`. */
export default `
BoundObjectReference
  1 kind string
  2 apiVersion string
  3 name string
  4 uid string go=types.UID
SelfSubjectReview kind
  1 metadata meta.ObjectMeta
  2 status SelfSubjectReviewStatus
SelfSubjectReviewStatus
  1 userInfo UserInfo
TokenRequest kind
  1 metadata meta.ObjectMeta
  2 spec TokenRequestSpec always
  3 status TokenRequestStatus
TokenRequestSpec
  1 audiences []string always list=atomic
  4 expirationSeconds int64 pointer-always
  3 boundObjectRef BoundObjectReference pointer-always
TokenRequestStatus
  1 token string always
  2 expirationTimestamp Time always
TokenReview kind
  1 metadata meta.ObjectMeta
  2 spec TokenReviewSpec always required
  3 status TokenReviewStatus
TokenReviewSpec
  1 token string required
  2 audiences []string list=atomic
TokenReviewStatus
  1 authenticated bool
  2 user UserInfo
  4 audiences []string list=atomic
  3 error string
UserInfo
  1 username string
  2 uid string
  3 groups []string list=atomic
  4 extra {}[]string go=map[string]v1.ExtraValue
`;
