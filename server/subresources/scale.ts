import { unknownResource } from '../../schemas/status.js';
import type { Answer, Request } from '../api.js';
import type { Resource } from '../resource.js';

/** GET, PUT and PATCH of `/scale` (R1.25). */
export async function scale(_resource: Resource, _request: Request): Promise<Answer> {
  throw unknownResource();
}
