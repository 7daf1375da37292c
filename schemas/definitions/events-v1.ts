/** io.k8s.api.events.v1; the format is described in `parse.ts`. */
export default `
Event kind
  1 metadata meta.ObjectMeta always
  2 eventTime MicroTime always required
  3 series EventSeries pointer
  4 reportingController string
  5 reportingInstance string
  6 action string
  7 reason string
  8 regarding core.ObjectReference
  9 related core.ObjectReference pointer
  10 note string
  11 type string
  12 deprecatedSource core.EventSource
  13 deprecatedFirstTimestamp Time
  14 deprecatedLastTimestamp Time
  15 deprecatedCount int32
EventList kind
  1 metadata meta.ListMeta
  2 items []Event always required
EventSeries
  1 count int32 always required
  2 lastObservedTime MicroTime always required
`;
