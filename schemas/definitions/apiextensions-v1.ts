/** io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1; the format is described in `parse.ts`. */
export default `
CustomResourceColumnDefinition
  1 name string always required
  2 type string always required
  3 format string
  4 description string
  5 priority int32
  6 jsonPath string always required
CustomResourceConversion
  1 strategy string always required go=v1.ConversionStrategyType values=None|Webhook
  2 webhook WebhookConversion pointer
CustomResourceDefinition kind
  1 metadata meta.ObjectMeta
  2 spec CustomResourceDefinitionSpec always required
  3 status CustomResourceDefinitionStatus
CustomResourceDefinitionCondition
  1 type string always required go=v1.CustomResourceDefinitionConditionType values=Established|NamesAccepted|NonStructuralSchema|Terminating|KubernetesAPIApprovalPolicyConformant|StorageMigrating
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
  6 observedGeneration int64
CustomResourceDefinitionList kind
  1 metadata meta.ListMeta
  2 items []CustomResourceDefinition always required
CustomResourceDefinitionNames
  1 plural string always required
  2 singular string
  3 shortNames []string list=atomic
  4 kind string always required
  5 listKind string
  6 categories []string list=atomic
CustomResourceDefinitionSpec
  1 group string always required
  3 names CustomResourceDefinitionNames always required
  4 scope string always required go=v1.ResourceScope values=Cluster|Namespaced
  7 versions []CustomResourceDefinitionVersion always required list=atomic
  9 conversion CustomResourceConversion pointer
  10 preserveUnknownFields bool
CustomResourceDefinitionStatus
  1 conditions []CustomResourceDefinitionCondition always list=map(type)
  2 acceptedNames CustomResourceDefinitionNames always
  3 storedVersions []string always list=atomic
  4 observedGeneration int64
CustomResourceDefinitionVersion
  1 name string always required
  2 served bool always required
  3 storage bool always required
  7 deprecated bool
  8 deprecationWarning string pointer
  4 schema CustomResourceValidation pointer
  5 subresources CustomResourceSubresources pointer
  6 additionalPrinterColumns []CustomResourceColumnDefinition list=atomic
  9 selectableFields []SelectableField list=atomic
CustomResourceSubresourceScale
  1 specReplicasPath string always required
  2 statusReplicasPath string always required
  3 labelSelectorPath string pointer
CustomResourceSubresourceStatus

CustomResourceSubresources
  1 status CustomResourceSubresourceStatus pointer
  2 scale CustomResourceSubresourceScale pointer
CustomResourceValidation
  1 openAPIV3Schema JSONSchemaProps pointer
ExternalDocumentation
  1 description string
  2 url string
JSONSchemaProps
  1 id string
  2 $schema string go=v1.JSONSchemaURL
  3 $ref string pointer
  4 description string
  5 type string
  6 format string
  7 title string
  8 default JSON pointer
  9 maximum double pointer
  10 exclusiveMaximum bool
  11 minimum double pointer
  12 exclusiveMinimum bool
  13 maxLength int64 pointer
  14 minLength int64 pointer
  15 pattern string
  16 maxItems int64 pointer
  17 minItems int64 pointer
  18 uniqueItems bool
  19 multipleOf double pointer
  20 enum []JSON list=atomic
  21 maxProperties int64 pointer
  22 minProperties int64 pointer
  23 required []string list=atomic
  24 items JSONSchemaPropsOrArray pointer
  25 allOf []JSONSchemaProps list=atomic
  26 oneOf []JSONSchemaProps list=atomic
  27 anyOf []JSONSchemaProps list=atomic
  28 not JSONSchemaProps pointer
  29 properties {}JSONSchemaProps
  30 additionalProperties JSONSchemaPropsOrBool pointer
  31 patternProperties {}JSONSchemaProps
  32 dependencies {}JSONSchemaPropsOrStringArray go=v1.JSONSchemaDependencies
  33 additionalItems JSONSchemaPropsOrBool pointer
  34 definitions {}JSONSchemaProps go=v1.JSONSchemaDefinitions
  35 externalDocs ExternalDocumentation pointer
  36 example JSON pointer
  37 nullable bool
  38 x-kubernetes-preserve-unknown-fields bool pointer
  39 x-kubernetes-embedded-resource bool
  40 x-kubernetes-int-or-string bool
  41 x-kubernetes-list-map-keys []string list=atomic
  42 x-kubernetes-list-type string pointer
  43 x-kubernetes-map-type string pointer
  44 x-kubernetes-validations []ValidationRule list=map(rule) patch=merge(rule) go=v1.ValidationRules
SelectableField
  1 jsonPath string always required
ServiceReference
  1 namespace string always required
  2 name string always required
  3 path string pointer
  4 port int32 pointer
ValidationRule
  1 rule string always required
  2 message string
  3 messageExpression string
  4 reason string pointer go=v1.FieldValueErrorReason enum=FieldValueRequired|FieldValueDuplicate|FieldValueInvalid|FieldValueForbidden
  5 fieldPath string
  6 optionalOldSelf bool pointer
WebhookClientConfig
  3 url string pointer
  1 service ServiceReference pointer
  2 caBundle bytes
WebhookConversion
  2 clientConfig WebhookClientConfig pointer
  3 conversionReviewVersions []string always required list=atomic
`;
