/** Who is it: the reviews of authentication.k8s.io (objects.md E8.3, E8.4). */
import type { JsonObject } from '../../schemas/json-value.js';
import { badRequest } from '../../schemas/status.js';
import { objectAt, textAt, textsAt } from '../../schemas/validation/members.js';
import { goSeconds } from '../time.js';
import type { Question } from '../verbs/question.js';
import { userInfoObject } from './user-info.js';

/** A fresh object: nothing of the body is looked at. */
export const selfSubjectReview: Question = {
  answer: (_object, { api, user }) => ({
    metadata: { creationTimestamp: goSeconds(api.chance.now()) },
    status: { userInfo: userInfoObject(user) },
  }),
};

/** Judges a token for the audiences asked for; a bad one is an answer, not a refusal. */
export const tokenReview: Question = {
  validate(object) {
    if (textAt(objectAt(object, 'spec'), 'token') === '') throw badRequest('token is required for TokenReview in authentication');
  },
  async answer(object, { api, info }) {
    const spec = objectAt(object, 'spec')!;
    const { user, audiences, error } = await api.auth.tokens.authenticate(textAt(spec, 'token'), {
      cluster: info.cluster,
      audiences: textsAt(spec, 'audiences'),
    });
    object['status'] = user
      ? { authenticated: true, user: userInfoObject(user), ...(audiences?.length && { audiences: [...audiences] }) }
      : notAuthenticated(objectAt(object, 'status'), error);
    return object;
  },
};

/** Of a status that was sent, nothing is replaced but what is said here. */
function notAuthenticated(sent: JsonObject | undefined, error: string | undefined): JsonObject {
  const { authenticated: _, ...others } = sent ?? {};
  return { user: {}, ...others, error: error === undefined ? 'invalid bearer token' : `[invalid bearer token, ${error}]` };
}
