/** io.k8s.api.storage.v1beta1; the format is described in `parse.ts`. */
export default `
VolumeAttributesClass kind
  1 metadata meta.ObjectMeta
  2 driverName string always required
  3 parameters {}string
VolumeAttributesClassList kind
  1 metadata meta.ListMeta
  2 items []VolumeAttributesClass always required
`;
