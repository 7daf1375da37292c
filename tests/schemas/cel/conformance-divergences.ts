const FORMAT = 'Kubernetes has version 2 of the string functions: English number formats, quoted members, no special values for %d (B7.21)';
const OFFSET = 'Version 2 of the string functions finds nothing beyond the end, without an error (B7.21)';

const BACKQUOTES = 'Kubernetes does not turn on names in backquotes';

/** Conformance cases that Kubernetes' environment decides otherwise, with the reason. The test fails when one of them passes. */
export const DIVERGENCES: Readonly<Record<string, string>> = {
  'string_ext/format/scientific notation formatting clause': FORMAT,
  'string_ext/format/default precision for scientific notation': FORMAT,
  'string_ext/format/positive infinity support for scientific notation': FORMAT,
  'string_ext/format/negative infinity support for scientific notation': FORMAT,
  'string_ext/format/NaN support for decimal': FORMAT,
  'string_ext/format/positive infinity support for decimal': FORMAT,
  'string_ext/format/negative infinity support for decimal': FORMAT,
  'string_ext/format/positive infinity support for fixed-point': FORMAT,
  'string_ext/format/negative infinity support for fixed-point': FORMAT,
  'string_ext/format/list support for string': FORMAT,
  'string_ext/format/map support for string': FORMAT,
  'string_ext/format/map support (all key types)': FORMAT,
  'string_ext/format/dyntype support for scientific notation': FORMAT,
  'string_ext/format/dyntype NaN/infinity support': FORMAT,
  'string_ext/format/dyntype support for lists': FORMAT,
  'string_ext/format/dyntype support for maps': FORMAT,
  'string_ext/format/scientific notation formatting clause in a string variable': FORMAT,
  'string_ext/value_errors/indexof_out_of_range': OFFSET,
  'string_ext/value_errors/lastindexof_out_of_range': OFFSET,
  'fields/quoted_map_fields/field_access_slash': BACKQUOTES,
  'fields/quoted_map_fields/field_access_dash': BACKQUOTES,
  'fields/quoted_map_fields/field_access_dot': BACKQUOTES,
  'fields/quoted_map_fields/has_field_slash': BACKQUOTES,
  'fields/quoted_map_fields/has_field_dash': BACKQUOTES,
  'fields/quoted_map_fields/has_field_dot': BACKQUOTES,
};
