/** io.k8s.api.apiserverinternal.v1alpha1; the format is described in `parse.ts`. */
export default `
ServerStorageVersion
  1 apiServerID string required
  2 encodingVersion string required
  3 decodableVersions []string required list=set
  4 servedVersions []string list=set
StorageVersion kind
  1 metadata meta.ObjectMeta required
  2 spec StorageVersionSpec always
  3 status StorageVersionStatus always
StorageVersionCondition
  1 type string always required go=v1alpha1.StorageVersionConditionType values=AllEncodingVersionsEqual
  2 status string always required go=v1alpha1.ConditionStatus values=True|False|Unknown
  3 observedGeneration int64
  4 lastTransitionTime Time
  5 reason string always required
  6 message string required
StorageVersionList kind
  1 metadata meta.ListMeta
  2 items []StorageVersion always required
StorageVersionSpec

StorageVersionStatus
  1 storageVersions []ServerStorageVersion list=map(apiServerID)
  2 commonEncodingVersion string pointer
  3 conditions []StorageVersionCondition list=map(type)
`;
