/** A group and version that another server serves, as this one publishes it. */
import type { JsonValue } from '../../schemas/json-value.js';
import type { Published } from '../../openapi/index.js';

export interface RemoteVersion {
  group: string;
  version: string;
  groupPriority: number;
  versionPriority: number;
  /** As aggregated discovery describes them; undefined: nobody has said yet. */
  resources: readonly JsonValue[] | undefined;
  /** The other server can be reached, and `resources` are what it has just said. */
  isCurrent: boolean;
  openapi: Published | undefined;
}
