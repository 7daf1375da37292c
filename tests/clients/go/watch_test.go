package clients

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
	toolswatch "k8s.io/client-go/tools/watch"
)

func TestInformersFollowAChangingSet(t *testing.T) {
	ctx, namespace := t.Context(), namespaceOf(t)
	clientset := clientsetOf(t)
	configMaps := clientset.CoreV1().ConfigMaps(namespace)
	for i := range 10 {
		_, err := configMaps.Create(ctx, configMap(fmt.Sprintf("before-%d", i), nil), metav1.CreateOptions{})
		must(t, err)
	}
	factory := informers.NewSharedInformerFactoryWithOptions(clientset, 0, informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "app=clients" }))
	lister, informer := factory.Core().V1().ConfigMaps().Lister(), factory.Core().V1().ConfigMaps().Informer()
	factory.Start(ctx.Done())
	equal(t, cache.WaitForCacheSync(ctx.Done(), informer.HasSynced), true, "the cache is filled")
	known := func() int {
		items, err := lister.List(labels.Everything())
		must(t, err)
		return len(items)
	}
	equal(t, known(), 10, "objects of the first list")

	_, err := configMaps.Create(ctx, configMap("after", map[string]string{"x": "1"}), metav1.CreateOptions{})
	must(t, err)
	eventually(t, "the new object arrives", func() bool { return known() == 11 })
	current, err := configMaps.Get(ctx, "before-0", metav1.GetOptions{})
	must(t, err)
	current.Labels = nil
	_, err = configMaps.Update(ctx, current, metav1.UpdateOptions{})
	must(t, err)
	eventually(t, "what no longer matches leaves", func() bool { return known() == 10 })
	must(t, configMaps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "app=clients"}))
	eventually(t, "deletions arrive", func() bool { return known() == 0 })
}

func TestRetryWatcherGoesOnWhereTheServerEndsTheStream(t *testing.T) {
	ctx, namespace := t.Context(), namespaceOf(t)
	configMaps := clientsetOf(t).CoreV1().ConfigMaps(namespace)
	list, err := configMaps.List(ctx, metav1.ListOptions{})
	must(t, err)
	second := int64(1)
	watcher, err := toolswatch.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
		WatchFunc: func(options metav1.ListOptions) (watch.Interface, error) {
			options.TimeoutSeconds, options.LabelSelector = &second, "app=clients"
			return configMaps.Watch(ctx, options)
		},
	})
	must(t, err)
	defer watcher.Stop()
	for i := range 4 {
		name := fmt.Sprintf("round-%d", i)
		_, err := configMaps.Create(ctx, configMap(name, nil), metav1.CreateOptions{})
		must(t, err)
		select {
		case event := <-watcher.ResultChan():
			equal(t, event.Type, watch.Added, "the event")
			equal(t, event.Object.(*corev1.ConfigMap).Name, name, "its object")
		case <-time.After(patience):
			t.Fatalf("%s was never seen", name)
		}
		time.Sleep(700 * time.Millisecond)
	}
}

func TestOneLeaderAtATime(t *testing.T) {
	namespace := namespaceOf(t)
	leading := make(chan string, 2)
	run := func(ctx context.Context, name string) {
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader", clientsetOf(t).CoreV1(), clientsetOf(t).CoordinationV1(),
			resourcelock.ResourceLockConfig{Identity: name})
		must(t, err)
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true, LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { leading <- name }, OnStoppedLeading: func() {}},
		})
	}
	first, resign := context.WithCancel(t.Context())
	go run(first, "one")
	equal(t, <-leading, "one", "the first leader")
	go run(t.Context(), "two")
	select {
	case name := <-leading:
		t.Fatalf("%s leads beside the first", name)
	case <-time.After(time.Second):
	}
	resign()
	equal(t, <-leading, "two", "the next leader")
}

func TestRecordedEventsAreCounted(t *testing.T) {
	ctx, namespace := t.Context(), namespaceOf(t)
	clientset := clientsetOf(t)
	object, err := clientset.CoreV1().ConfigMaps(namespace).Create(ctx, configMap("subject", nil), metav1.CreateOptions{})
	must(t, err)
	broadcaster := record.NewBroadcaster()
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: clientset.CoreV1().Events("")})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "clients"})
	for range 3 {
		recorder.Event(object, corev1.EventTypeNormal, "Tested", "the object was tested")
	}
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		events, err := clientset.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=subject,reason=Tested"})
		return err == nil && len(events.Items) == 1 && events.Items[0].Count == 3, err
	})
	must(t, err)
}
