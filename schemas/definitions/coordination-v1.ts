/** io.k8s.api.coordination.v1; the format is described in `parse.ts`. */
export default `
Lease kind
  1 metadata meta.ObjectMeta
  2 spec LeaseSpec
LeaseList kind
  1 metadata meta.ListMeta
  2 items []Lease always required
LeaseSpec
  1 holderIdentity string pointer
  2 leaseDurationSeconds int32 pointer
  3 acquireTime MicroTime pointer
  4 renewTime MicroTime pointer
  5 leaseTransitions int32 pointer
  6 strategy string pointer go=v1.CoordinatedLeaseStrategy values=OldestEmulationVersion
  7 preferredHolder string pointer
`;
