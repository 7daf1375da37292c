package clients

import (
	"context"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
)

var widgets = schema.GroupVersionResource{Group: "clients.kurma.test", Version: "v1", Resource: "widgets"}

// defineWidgets creates the definition of widgets and waits until they are served.
func defineWidgets(t *testing.T) {
	t.Helper()
	client, err := apiextensions.NewForConfig(configOf(t))
	must(t, err)
	definitions := client.ApiextensionsV1().CustomResourceDefinitions()
	object := func(properties map[string]apiextensionsv1.JSONSchemaProps) apiextensionsv1.JSONSchemaProps {
		return apiextensionsv1.JSONSchemaProps{Type: "object", Properties: properties}
	}
	replicas := apiextensionsv1.JSONSchemaProps{Type: "integer", Format: "int32"}
	root := object(map[string]apiextensionsv1.JSONSchemaProps{
		"spec":   object(map[string]apiextensionsv1.JSONSchemaProps{"replicas": replicas, "color": {Type: "string", Default: &apiextensionsv1.JSON{Raw: []byte(`"red"`)}}}),
		"status": object(map[string]apiextensionsv1.JSONSchemaProps{"replicas": replicas}),
	})
	definition := &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: widgets.Resource + "." + widgets.Group},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: widgets.Group,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "widgets", Singular: "widget", Kind: "Widget", ListKind: "WidgetList", ShortNames: []string{"wdg"}},
			Scope: apiextensionsv1.NamespaceScoped,
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true, Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &root},
				Subresources: &apiextensionsv1.CustomResourceSubresources{
					Status: &apiextensionsv1.CustomResourceSubresourceStatus{},
					Scale:  &apiextensionsv1.CustomResourceSubresourceScale{SpecReplicasPath: ".spec.replicas", StatusReplicasPath: ".status.replicas"},
				},
			}},
		},
	}
	_, err = definitions.Create(context.Background(), definition, metav1.CreateOptions{})
	must(t, err)
	t.Cleanup(func() {
		must(t, definitions.Delete(context.Background(), definition.Name, metav1.DeleteOptions{}))
		eventually(t, "the definition is gone", func() bool {
			_, err := definitions.Get(context.Background(), definition.Name, metav1.GetOptions{})
			return err != nil
		})
	})
	eventually(t, "the definition is established", func() bool {
		current, err := definitions.Get(context.Background(), definition.Name, metav1.GetOptions{})
		must(t, err)
		for _, condition := range current.Status.Conditions {
			if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
				return true
			}
		}
		return false
	})
}

func widget(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": widgets.GroupVersion().String(), "kind": "Widget",
		"metadata": map[string]any{"name": name}, "spec": map[string]any{"replicas": int64(2)},
	}}
}

func TestDynamicMetadataAndScaleClientsOnCustomResources(t *testing.T) {
	defineWidgets(t)
	ctx, namespace, config := context.Background(), namespaceOf(t), configOf(t)

	client, err := dynamic.NewForConfig(config)
	must(t, err)
	made, err := client.Resource(widgets).Namespace(namespace).Create(ctx, widget("w"), metav1.CreateOptions{})
	must(t, err)
	color, _, _ := unstructured.NestedString(made.Object, "spec", "color")
	equal(t, color, "red", "the default")

	status := made.DeepCopy()
	must(t, unstructured.SetNestedField(status.Object, int64(2), "status", "replicas"))
	must(t, unstructured.SetNestedField(status.Object, "blue", "spec", "color"))
	status, err = client.Resource(widgets).Namespace(namespace).UpdateStatus(ctx, status, metav1.UpdateOptions{})
	must(t, err)
	color, _, _ = unstructured.NestedString(status.Object, "spec", "color")
	equal(t, color, "red", "a status update leaves the spec alone")
	equal(t, status.GetGeneration(), 1, "and the generation")

	applied, err := client.Resource(widgets).Namespace(namespace).Apply(ctx, "w", widget("w"), metav1.ApplyOptions{FieldManager: "dynamic", Force: true})
	must(t, err)
	equal(t, len(applied.GetManagedFields()), 3, "managers")

	partial, err := metadata.NewForConfig(config)
	must(t, err)
	list, err := partial.Resource(widgets).List(ctx, metav1.ListOptions{})
	must(t, err)
	equal(t, list.Items[0].Name, "w", "the name in a partial list")
	patched, err := partial.Resource(widgets).Namespace(namespace).Patch(ctx, "w", types.MergePatchType, []byte(`{"metadata":{"labels":{"a":"b"}}}`), metav1.PatchOptions{})
	must(t, err)
	equal(t, patched.Labels["a"], "b", "the label")

	clientset, err := kubernetes.NewForConfig(config)
	must(t, err)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(clientset.Discovery()))
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: widgets.Group, Kind: "Widget"})
	must(t, err)
	equal(t, mapping.Resource, widgets, "the resource of the kind")
	equal(t, mapping.Scope.Name(), meta.RESTScopeNameNamespace, "its scope")
	short, err := restmapper.NewShortcutExpander(mapper, clientset.Discovery(), nil).ResourceFor(schema.GroupVersionResource{Resource: "wdg"})
	must(t, err)
	equal(t, short, widgets, "the resource of the short name")

	scales, err := scale.NewForConfig(config, mapper, dynamic.LegacyAPIPathResolverFunc, scale.NewDiscoveryScaleKindResolver(clientset.Discovery()))
	must(t, err)
	current, err := scales.Scales(namespace).Get(ctx, widgets.GroupResource(), "w", metav1.GetOptions{})
	must(t, err)
	current.Spec.Replicas = 5
	current, err = scales.Scales(namespace).Update(ctx, widgets.GroupResource(), current, metav1.UpdateOptions{})
	must(t, err)
	equal(t, current.Spec.Replicas, 5, "replicas after scaling")
}

func TestDiscoveryKnowsEveryPreferredResource(t *testing.T) {
	client := clientsetOf(t).Discovery()
	groups, lists, err := client.ServerGroupsAndResources()
	must(t, err)
	equal(t, len(groups) > 10, true, "there are groups")
	seen := map[string]bool{}
	for _, list := range lists {
		for _, resource := range list.APIResources {
			seen[list.GroupVersion+" "+resource.Name] = true
		}
	}
	for _, expected := range []string{"v1 configmaps", "apps/v1 deployments/scale", "apiextensions.k8s.io/v1 customresourcedefinitions/status"} {
		equal(t, seen[expected], true, expected)
	}
	version, err := client.ServerVersion()
	must(t, err)
	equal(t, version.Major+"."+version.Minor, "1.36", "the version")
	document, err := client.OpenAPISchema()
	must(t, err)
	equal(t, len(document.GetDefinitions().GetAdditionalProperties()) > 500, true, "OpenAPI v2 has definitions")
	paths, err := client.OpenAPIV3().Paths()
	must(t, err)
	_, err = paths["apis/apps/v1"].Schema("application/json")
	must(t, err)
}
