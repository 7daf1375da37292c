/** THE TABLE of admission plugins, in the order of C1.2. */
import type { AdmissionPlugin } from '../admission.js';
import { namespaceLifecycle } from './namespace-lifecycle.js';

export function admissionPlugins(): AdmissionPlugin[] {
  return [namespaceLifecycle];
}
