/** io.k8s.api.storagemigration.v1beta1; the format is described in `parse.ts`. */
export default `
StorageVersionMigration kind
  1 metadata meta.ObjectMeta
  2 spec StorageVersionMigrationSpec
  3 status StorageVersionMigrationStatus
StorageVersionMigrationList kind
  1 metadata meta.ListMeta
  2 items []StorageVersionMigration always required
StorageVersionMigrationSpec
  1 resource meta.GroupResource always required
StorageVersionMigrationStatus
  1 conditions []meta.Condition list=map(type) patch=merge(type)
  2 resourceVersion string
`;
