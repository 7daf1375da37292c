/** io.k8s.api.resource.v1alpha3; the format is described in `parse.ts`. */
export default `
DeviceTaint
  1 key string always required
  2 value string
  3 effect string always required go=v1alpha3.DeviceTaintEffect enum=None|NoSchedule|NoExecute
  4 timeAdded Time pointer
DeviceTaintRule kind
  1 metadata meta.ObjectMeta
  2 spec DeviceTaintRuleSpec always required
  3 status DeviceTaintRuleStatus
DeviceTaintRuleList kind
  1 metadata meta.ListMeta
  2 items []DeviceTaintRule always required
DeviceTaintRuleSpec
  1 deviceSelector DeviceTaintSelector pointer
  2 taint DeviceTaint required
DeviceTaintRuleStatus
  1 conditions []meta.Condition list=map(type) patch=merge(type)
DeviceTaintSelector
  2 driver string pointer
  3 pool string pointer
  4 device string pointer
PoolStatus
  1 driver string required
  2 poolName string required
  9 generation int64 always required
  8 resourceSliceCount int32 pointer
  4 totalDevices int32 pointer
  5 allocatedDevices int32 pointer
  6 availableDevices int32 pointer
  7 unavailableDevices int32 pointer
  3 nodeName string pointer
  10 validationError string pointer
ResourcePoolStatusRequest kind
  1 metadata meta.ObjectMeta required
  2 spec ResourcePoolStatusRequestSpec always required
  3 status ResourcePoolStatusRequestStatus pointer
ResourcePoolStatusRequestList kind
  1 metadata meta.ListMeta
  2 items []ResourcePoolStatusRequest always required
ResourcePoolStatusRequestSpec
  1 driver string always required
  2 poolName string pointer
  3 limit int32 pointer default=100
ResourcePoolStatusRequestStatus
  6 poolCount int32 pointer required
  2 pools []PoolStatus list=atomic
  3 conditions []meta.Condition list=map(type) patch=merge(type)
`;
