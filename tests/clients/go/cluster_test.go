// Package clients holds the tests that the Go clients of Kubernetes pass against Kurma. They need a server and its
// kubeconfig in KUBECONFIG; ../run.ts starts one.
package clients

import (
	"context"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const patience = 20 * time.Second

// configOf reads the kubeconfig; typed clients speak protobuf, as client-go's do by default.
func configOf(t *testing.T) *rest.Config {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(t, err)
	config.QPS, config.Burst = -1, -1
	return config
}

func clientsetOf(t *testing.T) kubernetes.Interface {
	t.Helper()
	config := rest.CopyConfig(configOf(t))
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	clientset, err := kubernetes.NewForConfig(config)
	must(t, err)
	return clientset
}

// namespaceOf makes a namespace that goes when the test ends.
func namespaceOf(t *testing.T) string {
	t.Helper()
	namespaces := clientsetOf(t).CoreV1().Namespaces()
	made, err := namespaces.Create(context.Background(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "clients-"}}, metav1.CreateOptions{})
	must(t, err)
	t.Cleanup(func() { must(t, namespaces.Delete(context.Background(), made.Name, metav1.DeleteOptions{})) })
	return made.Name
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, actual, expected T, what string) {
	t.Helper()
	if actual != expected {
		t.Fatalf("%s: got %v, expected %v", what, actual, expected)
	}
}

// eventually waits until holds does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(context.Background(), 20*time.Millisecond, patience, true, func(context.Context) (bool, error) { return holds(), nil })
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
