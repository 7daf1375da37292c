/** The rules of the kind CustomResourceDefinition, for the table of built-in kinds. */
import type { KindRules } from '../validation/rules.js';
import {
  defaultDefinition,
  prepareDefinitionForCreate,
  prepareDefinitionForStatusUpdate,
  prepareDefinitionForUpdate,
  settleDefinition,
} from './prepare.js';
import { formatWarnings } from './schema/unknown-formats.js';
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from './validate.js';

export const customResourceDefinition: KindRules = {
  default: defaultDefinition,
  prepareForCreate: prepareDefinitionForCreate,
  prepareForUpdate: prepareDefinitionForUpdate,
  prepareForStatusUpdate: prepareDefinitionForStatusUpdate,
  canonicalize: settleDefinition,
  validate: (crd) => validateDefinition(crd),
  validateUpdate: (crd, old) => validateDefinitionUpdate(crd, old),
  validateStatusUpdate: (crd) => validateDefinitionStatus(crd),
  warnings: formatWarnings,
};
