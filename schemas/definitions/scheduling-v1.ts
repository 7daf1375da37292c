/** io.k8s.api.scheduling.v1; the format is described in `parse.ts`. */
export default `
PriorityClass kind
  1 metadata meta.ObjectMeta
  2 value int32 always
  3 globalDefault bool
  4 description string
  5 preemptionPolicy string pointer go=v1.PreemptionPolicy
PriorityClassList kind
  1 metadata meta.ListMeta
  2 items []PriorityClass always required
`;
