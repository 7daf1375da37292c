/** io.k8s.api.storage.v1; the format is described in `parse.ts`. */
export default `
CSIDriver kind
  1 metadata meta.ObjectMeta
  2 spec CSIDriverSpec always required
CSIDriverList kind
  1 metadata meta.ListMeta
  2 items []CSIDriver always required
CSIDriverSpec
  1 attachRequired bool pointer
  2 podInfoOnMount bool pointer
  3 volumeLifecycleModes []string list=set go=[]v1.VolumeLifecycleMode values=Persistent|Ephemeral
  4 storageCapacity bool pointer
  5 fsGroupPolicy string pointer go=v1.FSGroupPolicy values=ReadWriteOnceWithFSType|File|None
  6 tokenRequests []TokenRequest list=atomic
  7 requiresRepublish bool pointer
  8 seLinuxMount bool pointer
  9 nodeAllocatableUpdatePeriodSeconds int64 pointer
  10 serviceAccountTokenInSecrets bool pointer
  11 preventPodSchedulingIfMissing bool pointer
CSINode kind
  1 metadata meta.ObjectMeta
  2 spec CSINodeSpec always required
CSINodeDriver
  1 name string always required
  2 nodeID string always required
  3 topologyKeys []string always list=atomic
  4 allocatable VolumeNodeResources pointer
CSINodeList kind
  1 metadata meta.ListMeta
  2 items []CSINode always required
CSINodeSpec
  1 drivers []CSINodeDriver always required list=map(name) patch=merge(name)
CSIStorageCapacity kind
  1 metadata meta.ObjectMeta
  2 nodeTopology meta.LabelSelector pointer
  3 storageClassName string always required
  4 capacity Quantity pointer
  5 maximumVolumeSize Quantity pointer
CSIStorageCapacityList kind
  1 metadata meta.ListMeta
  2 items []CSIStorageCapacity always required
StorageClass kind
  1 metadata meta.ObjectMeta
  2 provisioner string always required
  3 parameters {}string
  4 reclaimPolicy string pointer go=v1.PersistentVolumeReclaimPolicy enum=Recycle|Delete|Retain
  5 mountOptions []string list=atomic
  6 allowVolumeExpansion bool pointer
  7 volumeBindingMode string pointer go=v1.VolumeBindingMode enum=Immediate|WaitForFirstConsumer
  8 allowedTopologies []core.TopologySelectorTerm list=atomic
StorageClassList kind
  1 metadata meta.ListMeta
  2 items []StorageClass always required
TokenRequest
  1 audience string always required
  2 expirationSeconds int64 pointer
VolumeAttachment kind
  1 metadata meta.ObjectMeta
  2 spec VolumeAttachmentSpec always required
  3 status VolumeAttachmentStatus
VolumeAttachmentList kind
  1 metadata meta.ListMeta
  2 items []VolumeAttachment always required
VolumeAttachmentSource
  1 persistentVolumeName string pointer
  2 inlineVolumeSpec core.PersistentVolumeSpec pointer
VolumeAttachmentSpec
  1 attacher string always required
  2 source VolumeAttachmentSource always required
  3 nodeName string always required
VolumeAttachmentStatus
  1 attached bool always required
  2 attachmentMetadata {}string
  3 attachError VolumeError pointer
  4 detachError VolumeError pointer
VolumeAttributesClass kind
  1 metadata meta.ObjectMeta
  2 driverName string always required
  3 parameters {}string
VolumeAttributesClassList kind
  1 metadata meta.ListMeta
  2 items []VolumeAttributesClass always required
VolumeError
  1 time Time
  2 message string
  3 errorCode int32 pointer
VolumeNodeResources
  1 count int32 pointer
`;
