import type { WriteContext } from '../../schemas/validation/rules.js';
import type { Request } from '../api.js';
import { goSeconds } from '../time.js';
import { userInfoObject } from './user-info.js';

/** What a kind's rules are told of the write they prepare for. */
export const writeContext = ({ api, user }: Request): WriteContext => ({
  now: goSeconds(api.chance.now()),
  user: userInfoObject(user),
  uuid: api.chance.uuid,
});
