/** io.k8s.apimachinery.pkg.apis.meta.v1; the format is described in `parse.ts`. */
export default `
APIGroup kind
  1 name string always required
  2 versions []GroupVersionForDiscovery always required list=atomic
  3 preferredVersion GroupVersionForDiscovery
  4 serverAddressByClientCIDRs []ServerAddressByClientCIDR list=atomic
APIGroupList kind
  1 groups []APIGroup always required list=atomic
APIResource
  1 name string always required
  6 singularName string always required
  2 namespaced bool always required
  8 group string
  9 version string
  3 kind string always required
  4 verbs []string always required go=v1.Verbs
  5 shortNames []string list=atomic
  7 categories []string list=atomic
  10 storageVersionHash string
APIResourceList kind
  1 groupVersion string always required
  2 resources []APIResource always required list=atomic
APIVersions kind
  1 versions []string always required list=atomic
  2 serverAddressByClientCIDRs []ServerAddressByClientCIDR always required list=atomic
Condition
  1 type string always required
  2 status string always required go=v1.ConditionStatus
  3 observedGeneration int64
  4 lastTransitionTime Time always required
  5 reason string always required
  6 message string always required
DeleteOptions kind=*
  1 gracePeriodSeconds int64 pointer
  2 preconditions Preconditions pointer
  3 orphanDependents bool pointer
  4 propagationPolicy string pointer go=v1.DeletionPropagation
  5 dryRun []string list=atomic
  6 ignoreStoreReadErrorWithClusterBreakingPotential bool pointer
FieldSelectorRequirement
  1 key string always required
  2 operator string always required go=v1.FieldSelectorOperator
  3 values []string list=atomic
GroupResource
  1 group string always required
  2 resource string always required
GroupVersionForDiscovery
  1 groupVersion string always required
  2 version string always required
LabelSelector atomic
  1 matchLabels {}string
  2 matchExpressions []LabelSelectorRequirement list=atomic
LabelSelectorRequirement
  1 key string always required
  2 operator string always required go=v1.LabelSelectorOperator
  3 values []string list=atomic
ListMeta
  1 selfLink string
  2 resourceVersion string
  3 continue string
  4 remainingItemCount int64 pointer
  5 shardInfo ShardInfo pointer
ManagedFieldsEntry
  1 manager string
  2 operation string go=v1.ManagedFieldsOperationType
  3 apiVersion string
  4 time Time pointer
  6 fieldsType string
  7 fieldsV1 FieldsV1 pointer
  8 subresource string
ObjectMeta
  1 name string
  2 generateName string
  3 namespace string
  4 selfLink string
  5 uid string go=types.UID
  6 resourceVersion string
  7 generation int64
  8 creationTimestamp Time omitzero
  9 deletionTimestamp Time pointer
  10 deletionGracePeriodSeconds int64 pointer
  11 labels {}string
  12 annotations {}string
  13 ownerReferences []OwnerReference list=map(uid) patch=merge(uid)
  14 finalizers []string list=set patch=merge
  17 managedFields []ManagedFieldsEntry list=atomic
OwnerReference atomic
  5 apiVersion string always required
  1 kind string always required
  3 name string always required
  4 uid string always required go=types.UID
  6 controller bool pointer
  7 blockOwnerDeletion bool pointer
Patch

Preconditions
  1 uid string pointer go=types.UID
  2 resourceVersion string pointer
ServerAddressByClientCIDR
  1 clientCIDR string always required
  2 serverAddress string always required
ShardInfo
  1 selector string always required
Status kind
  1 metadata ListMeta
  2 status string
  3 message string
  4 reason string go=v1.StatusReason
  5 details StatusDetails pointer
  6 code int32
StatusCause
  1 reason string go=v1.CauseType
  2 message string
  3 field string
StatusDetails
  1 name string
  2 group string
  3 kind string
  6 uid string go=types.UID
  4 causes []StatusCause list=atomic
  5 retryAfterSeconds int32
WatchEvent kind=*
  1 type string always required
  2 object RawExtension always required
PartialObjectMetadata kind=meta.k8s.io/v1
  1 metadata ObjectMeta
PartialObjectMetadataList kind=meta.k8s.io/v1
  1 metadata ListMeta
  2 items []PartialObjectMetadata always required
`;
