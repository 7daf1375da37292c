/** `/openapi/v2` and `/openapi/v3` (rest.md §10). */
import type { Reply } from './answers.js';
import type { Request } from './api.js';
import { PlainNotFound } from './routing.js';

export interface OpenApi {
  serve(request: Request, path: readonly string[]): Promise<Reply>;
}

export const noOpenApi: OpenApi = {
  async serve() {
    throw new PlainNotFound();
  },
};
