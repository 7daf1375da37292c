/** io.k8s.api.coordination.v1alpha2; the format is described in `parse.ts`. */
export default `
LeaseCandidate kind
  1 metadata meta.ObjectMeta
  2 spec LeaseCandidateSpec required
LeaseCandidateList kind
  1 metadata meta.ListMeta
  2 items []LeaseCandidate always required
LeaseCandidateSpec
  1 leaseName string always required
  2 pingTime MicroTime pointer
  3 renewTime MicroTime pointer
  4 binaryVersion string always required
  5 emulationVersion string
  6 strategy string required go=v1.CoordinatedLeaseStrategy
`;
