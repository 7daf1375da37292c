/** io.k8s.api.node.v1; the format is described in `parse.ts`. */
export default `
Overhead
  1 podFixed {}Quantity go=v1.ResourceList
RuntimeClass kind
  1 metadata meta.ObjectMeta
  2 handler string always required
  3 overhead Overhead pointer
  4 scheduling Scheduling pointer
RuntimeClassList kind
  1 metadata meta.ListMeta
  2 items []RuntimeClass always required
Scheduling
  1 nodeSelector {}string map=atomic
  2 tolerations []core.Toleration list=atomic
`;
