/** io.k8s.api.resource.v1; the format is described in `parse.ts`. */
export default `
AllocatedDeviceStatus
  1 driver string always required
  2 pool string always required
  3 device string always required
  7 shareID string pointer
  4 conditions []meta.Condition always list=map(type)
  5 data RawExtension pointer
  6 networkData NetworkDeviceData pointer
AllocationResult
  1 devices DeviceAllocationResult
  3 nodeSelector core.NodeSelector pointer
  5 allocationTimestamp Time pointer
CELDeviceSelector
  1 expression string always required
CapacityRequestPolicy
  1 default Quantity pointer-always
  3 validValues []Quantity list=atomic
  4 validRange CapacityRequestPolicyRange pointer
CapacityRequestPolicyRange
  1 min Quantity pointer required
  2 max Quantity pointer
  3 step Quantity pointer
CapacityRequirements
  1 requests {}Quantity go=map[v1.QualifiedName]resource.Quantity
Counter
  1 value Quantity always required
CounterSet
  1 name string always required
  2 counters {}Counter required
Device
  1 name string always required
  2 attributes {}DeviceAttribute go=map[v1.QualifiedName]v1.DeviceAttribute
  3 capacity {}DeviceCapacity go=map[v1.QualifiedName]v1.DeviceCapacity
  4 consumesCounters []DeviceCounterConsumption list=atomic
  5 nodeName string pointer
  6 nodeSelector core.NodeSelector pointer
  7 allNodes bool pointer
  8 taints []DeviceTaint list=atomic
  9 bindsToNode bool pointer
  10 bindingConditions []string list=atomic
  11 bindingFailureConditions []string list=atomic
  12 allowMultipleAllocations bool pointer
  13 nodeAllocatableResourceMappings {}NodeAllocatableResourceMapping go=map[v1.ResourceName]v1.NodeAllocatableResourceMapping
DeviceAllocationConfiguration
  1 source string always required go=v1.AllocationConfigSource enum=FromClass|FromClaim
  2 requests []string list=atomic
  3 ...DeviceConfiguration
DeviceAllocationResult
  1 results []DeviceRequestAllocationResult list=atomic
  2 config []DeviceAllocationConfiguration list=atomic
DeviceAttribute
  2 int int64 pointer
  3 bool bool pointer
  4 string string pointer
  5 version string pointer
  6 ints []int64 list=atomic
  7 bools []bool list=atomic
  8 strings []string list=atomic
  9 versions []string list=atomic
DeviceCapacity
  1 value Quantity always required
  2 requestPolicy CapacityRequestPolicy pointer
DeviceClaim
  1 requests []DeviceRequest always list=atomic
  2 constraints []DeviceConstraint list=atomic
  3 config []DeviceClaimConfiguration list=atomic
DeviceClaimConfiguration
  1 requests []string list=atomic
  2 ...DeviceConfiguration
DeviceClass kind
  1 metadata meta.ObjectMeta
  2 spec DeviceClassSpec always required
DeviceClassConfiguration
  1 ...DeviceConfiguration
DeviceClassList kind
  1 metadata meta.ListMeta
  2 items []DeviceClass always required
DeviceClassSpec
  1 selectors []DeviceSelector list=atomic
  2 config []DeviceClassConfiguration list=atomic
  4 extendedResourceName string pointer
DeviceConfiguration inline
  1 opaque OpaqueDeviceConfiguration pointer
DeviceConstraint
  1 requests []string list=atomic
  2 matchAttribute string pointer go=v1.FullyQualifiedName
  3 distinctAttribute string pointer go=v1.FullyQualifiedName
DeviceCounterConsumption
  1 counterSet string always required
  2 counters {}Counter required
DeviceRequest
  1 name string always required
  2 exactly ExactDeviceRequest pointer
  3 firstAvailable []DeviceSubRequest list=atomic
DeviceRequestAllocationResult
  1 request string always required
  2 driver string always required
  3 pool string always required
  4 device string always required
  5 adminAccess bool pointer
  6 tolerations []DeviceToleration list=atomic
  7 bindingConditions []string list=atomic
  8 bindingFailureConditions []string list=atomic
  9 shareID string pointer go=types.UID
  10 consumedCapacity {}Quantity go=map[v1.QualifiedName]resource.Quantity
DeviceSelector
  1 cel CELDeviceSelector pointer
DeviceSubRequest
  1 name string always required
  2 deviceClassName string always required
  3 selectors []DeviceSelector list=atomic
  4 allocationMode string go=v1.DeviceAllocationMode
  5 count int64
  6 tolerations []DeviceToleration list=atomic
  7 capacity CapacityRequirements pointer
DeviceTaint
  1 key string always required
  2 value string
  3 effect string always required go=v1.DeviceTaintEffect enum=None|NoSchedule|NoExecute
  4 timeAdded Time pointer
DeviceToleration
  1 key string
  2 operator string go=v1.DeviceTolerationOperator default="Equal" enum=Exists|Equal
  3 value string
  4 effect string go=v1.DeviceTaintEffect enum=None|NoSchedule|NoExecute
  5 tolerationSeconds int64 pointer
ExactDeviceRequest
  1 deviceClassName string always required
  2 selectors []DeviceSelector list=atomic
  3 allocationMode string go=v1.DeviceAllocationMode
  4 count int64
  5 adminAccess bool pointer
  6 tolerations []DeviceToleration list=atomic
  7 capacity CapacityRequirements pointer
NetworkDeviceData
  1 interfaceName string
  2 ips []string list=atomic
  3 hardwareAddress string
NodeAllocatableResourceMapping
  1 capacityKey string pointer go=v1.QualifiedName
  2 allocationMultiplier Quantity pointer
OpaqueDeviceConfiguration
  1 driver string always required
  2 parameters RawExtension always required
ResourceClaim kind
  1 metadata meta.ObjectMeta
  2 spec ResourceClaimSpec always required
  3 status ResourceClaimStatus
ResourceClaimConsumerReference
  1 apiGroup string
  3 resource string always required
  4 name string always required
  5 uid string always required go=types.UID
ResourceClaimList kind
  1 metadata meta.ListMeta
  2 items []ResourceClaim always required
ResourceClaimSpec
  1 devices DeviceClaim always
ResourceClaimStatus
  1 allocation AllocationResult pointer
  2 reservedFor []ResourceClaimConsumerReference list=map(uid) patch=merge(uid)
  4 devices []AllocatedDeviceStatus list=map(driver,device,pool,shareID)
ResourceClaimTemplate kind
  1 metadata meta.ObjectMeta
  2 spec ResourceClaimTemplateSpec always required
ResourceClaimTemplateList kind
  1 metadata meta.ListMeta
  2 items []ResourceClaimTemplate always required
ResourceClaimTemplateSpec
  1 metadata meta.ObjectMeta
  2 spec ResourceClaimSpec always required
ResourcePool
  1 name string always required
  2 generation int64 always required
  3 resourceSliceCount int64 always required
ResourceSlice kind
  1 metadata meta.ObjectMeta
  2 spec ResourceSliceSpec always required
ResourceSliceList kind
  1 metadata meta.ListMeta
  2 items []ResourceSlice always required
ResourceSliceSpec
  1 driver string always required
  2 pool ResourcePool always required
  3 nodeName string pointer
  4 nodeSelector core.NodeSelector pointer
  5 allNodes bool pointer
  6 devices []Device list=atomic
  7 perDeviceNodeSelection bool pointer
  8 sharedCounters []CounterSet list=atomic
`;
