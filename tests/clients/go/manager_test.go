package clients

import (
	"context"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "clients.kurma.test/finalizer"

// mirror makes a ConfigMap for each Widget, writes its status and holds its deletion until it has seen it.
type mirror struct {
	client client.Client
}

func newWidget() *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(widgets.GroupVersion().WithKind("Widget"))
	return object
}

func (m mirror) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := newWidget()
	if err := m.client.Get(ctx, request.NamespacedName, object); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !object.GetDeletionTimestamp().IsZero() {
		controllerutil.RemoveFinalizer(object, finalizer)
		return ctrl.Result{}, m.client.Update(ctx, object)
	}
	if controllerutil.AddFinalizer(object, finalizer) {
		if err := m.client.Update(ctx, object); err != nil {
			return ctrl.Result{}, err
		}
	}
	replicas, _, _ := unstructured.NestedInt64(object.Object, "spec", "replicas")
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: object.GetName(), Namespace: object.GetNamespace()}}
	_, err := controllerutil.CreateOrUpdate(ctx, m.client, child, func() error {
		child.Data = map[string]string{"color": object.Object["spec"].(map[string]any)["color"].(string)}
		return controllerutil.SetControllerReference(object, child, m.client.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	before := object.DeepCopy()
	if err := unstructured.SetNestedField(object.Object, replicas, "status", "replicas"); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, m.client.Status().Patch(ctx, object, client.MergeFrom(before))
}

func TestManagerReconcilesCustomResources(t *testing.T) {
	defineWidgets(t)
	ctrl.SetLogger(logr.Discard())
	namespace := namespaceOf(t)
	manager, err := ctrl.NewManager(configOf(t), ctrl.Options{
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:   cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},

		LeaderElection: true, LeaderElectionID: "mirror", LeaderElectionNamespace: namespace, LeaderElectionReleaseOnCancel: true,
	})
	must(t, err)
	must(t, ctrl.NewControllerManagedBy(manager).Named("mirror").For(newWidget()).Owns(&corev1.ConfigMap{}).Complete(mirror{manager.GetClient()}))
	stopped := make(chan error)
	ctx, stop := context.WithCancel(t.Context())
	go func() { stopped <- manager.Start(ctx) }()
	defer func() {
		stop()
		must(t, <-stopped)
	}()

	direct, err := client.New(configOf(t), client.Options{})
	must(t, err)
	object := newWidget()
	object.SetName("w")
	object.SetNamespace(namespace)
	must(t, unstructured.SetNestedField(object.Object, int64(3), "spec", "replicas"))
	must(t, direct.Create(ctx, object))
	key := client.ObjectKeyFromObject(object)
	child := &corev1.ConfigMap{}
	childExists := func() bool {
		err := direct.Get(ctx, key, child)
		must(t, client.IgnoreNotFound(err))
		return err == nil
	}
	eventually(t, "the child is made", childExists)
	eventually(t, "the status is written", func() bool {
		must(t, direct.Get(ctx, key, object))
		replicas, _, _ := unstructured.NestedInt64(object.Object, "status", "replicas")
		return replicas == 3
	})
	first := child.UID
	must(t, direct.Delete(ctx, child))
	eventually(t, "a deleted child is made again", func() bool { return childExists() && child.UID != first })

	must(t, direct.Delete(ctx, object))
	eventually(t, "the object goes when its finalizer went", func() bool { return apierrors.IsNotFound(direct.Get(ctx, key, object)) })
	eventually(t, "and its child after it", func() bool { return !childExists() })
}
