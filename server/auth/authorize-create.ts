import type { Request } from '../api.js';
import { denied } from './authorizer.js';

/** R3.30, R5.4: an update or apply that would create also needs the verb `create`; judged once the object was found valid. Throws the 403. */
export async function authorizeCreate(request: Request): Promise<void> {
  const { info, user, api } = request;
  const attributes = { ...info, user, verb: 'create', subresource: '' };
  const decision = await api.authorizer.authorize(attributes);
  if (!decision.allowed) throw denied(attributes, decision.reason);
}
