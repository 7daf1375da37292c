package clients

import (
	"os"
	"path/filepath"
	"testing"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/kube"
	release "helm.sh/helm/v4/pkg/release/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

var chartFiles = map[string]string{
	"Chart.yaml":  "apiVersion: v2\nname: demo\nversion: 1.0.0\nkubeVersion: '>=1.30.0-0'\n",
	"values.yaml": "color: red\n",
	"crds/gadgets.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.helm.kurma.test}
spec:
  group: helm.kurma.test
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`,
	"templates/config.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}, labels: {app: demo}}
data:
  color: {{ .Values.color | quote }}
  found: {{ (lookup "v1" "Namespace" "" .Release.Namespace).metadata.name | default "nothing" | quote }}
`,
	"templates/service.yaml": `apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: demo}, ports: [{name: http, port: 80}]}
`,
	"templates/gadget.yaml": `apiVersion: helm.kurma.test/v1
kind: Gadget
metadata: {name: {{ .Release.Name }}}
spec: {color: {{ .Values.color }}}
`,
}

func chartDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range chartFiles {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func TestHelmInstallsUpgradesRollsBackAndUninstalls(t *testing.T) {
	ctx, namespace := t.Context(), namespaceOf(t)
	configMaps := clientsetOf(t).CoreV1().ConfigMaps(namespace)
	flags := genericclioptions.NewConfigFlags(false)
	kubeconfig := os.Getenv("KUBECONFIG")
	flags.KubeConfig, flags.Namespace = &kubeconfig, &namespace
	configuration := new(action.Configuration)
	must(t, configuration.Init(flags, namespace, "secret"))
	chart, err := loader.Load(chartDir(t))
	must(t, err)
	current := func() *corev1.ConfigMap {
		object, err := configMaps.Get(ctx, "demo", metav1.GetOptions{})
		must(t, err)
		return object
	}

	install := action.NewInstall(configuration)
	install.ReleaseName, install.Namespace, install.Timeout, install.WaitStrategy = "demo", namespace, patience, kube.StatusWatcherStrategy
	installed, err := install.RunWithContext(ctx, chart, nil)
	must(t, err)
	equal(t, installed.(*release.Release).Version, 1, "the first revision")
	equal(t, current().Data["color"], "red", "the color of the values")
	equal(t, current().Data["found"], namespace, "what the template looked up")

	upgrade := action.NewUpgrade(configuration)
	upgrade.Namespace, upgrade.Timeout, upgrade.WaitStrategy, upgrade.ServerSideApply = namespace, patience, kube.StatusWatcherStrategy, "auto"
	upgraded, err := upgrade.RunWithContext(ctx, "demo", chart, map[string]any{"color": "blue"})
	must(t, err)
	equal(t, upgraded.(*release.Release).Version, 2, "the second revision")
	equal(t, current().Data["color"], "blue", "the upgraded color")

	rollback := action.NewRollback(configuration)
	rollback.Version, rollback.Timeout, rollback.WaitStrategy, rollback.ServerSideApply = 1, patience, kube.StatusWatcherStrategy, "auto"
	must(t, rollback.Run("demo"))
	equal(t, current().Data["color"], "red", "the color before")

	history, err := action.NewHistory(configuration).Run("demo")
	must(t, err)
	equal(t, len(history), 3, "revisions")

	uninstall := action.NewUninstall(configuration)
	uninstall.Timeout, uninstall.WaitStrategy = patience, kube.StatusWatcherStrategy
	_, err = uninstall.Run("demo")
	must(t, err)
	_, err = configMaps.Get(ctx, "demo", metav1.GetOptions{})
	equal(t, apierrors.IsNotFound(err), true, "the objects are gone")
}
