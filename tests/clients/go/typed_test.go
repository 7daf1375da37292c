package clients

import (
	"context"
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

func configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "clients"}}, Data: data}
}

func TestTypedClientOverProtobuf(t *testing.T) {
	ctx, namespace := context.Background(), namespaceOf(t)
	configMaps := clientsetOf(t).CoreV1().ConfigMaps(namespace)

	created, err := configMaps.Create(ctx, configMap("a", map[string]string{"x": "1"}), metav1.CreateOptions{})
	must(t, err)
	_, err = configMaps.Create(ctx, configMap("a", nil), metav1.CreateOptions{})
	equal(t, apierrors.IsAlreadyExists(err), true, "the second create is a conflict of names")

	created.Data["x"] = "2"
	updated, err := configMaps.Update(ctx, created, metav1.UpdateOptions{})
	must(t, err)
	_, err = configMaps.Update(ctx, created, metav1.UpdateOptions{})
	equal(t, apierrors.IsConflict(err), true, "an update of the old version is a conflict")
	must(t, retry.RetryOnConflict(retry.DefaultRetry, func() error {
		current, err := configMaps.Get(ctx, "a", metav1.GetOptions{})
		if err != nil {
			return err
		}
		current.BinaryData = map[string][]byte{"raw": {0, 1, 255}}
		_, err = configMaps.Update(ctx, current, metav1.UpdateOptions{})
		return err
	}))

	patched, err := configMaps.Patch(ctx, "a", types.StrategicMergePatchType, []byte(`{"data":{"y":"3"}}`), metav1.PatchOptions{})
	must(t, err)
	equal(t, fmt.Sprint(patched.Data, patched.BinaryData), "map[x:2 y:3] map[raw:[0 1 255]]", "data after the patch")
	equal(t, patched.UID, updated.UID, "the uid stays")

	must(t, configMaps.Delete(ctx, "a", metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(patched.UID))}))
	_, err = configMaps.Get(ctx, "a", metav1.GetOptions{})
	equal(t, apierrors.IsNotFound(err), true, "what was deleted is not found")
}

func TestTypedClientFillsDefaults(t *testing.T) {
	ctx, namespace := context.Background(), namespaceOf(t)
	labels := map[string]string{"app": "web"}
	deployment, err := clientsetOf(t).AppsV1().Deployments(namespace).Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "nginx"}}},
			},
		},
	}, metav1.CreateOptions{})
	must(t, err)
	equal(t, *deployment.Spec.Replicas, 1, "replicas")
	equal(t, *deployment.Spec.Strategy.RollingUpdate.MaxSurge, intstr.FromString("25%"), "maxSurge")
	equal(t, deployment.Spec.Template.Spec.Containers[0].ImagePullPolicy, corev1.PullAlways, "imagePullPolicy")

	scale, err := clientsetOf(t).AppsV1().Deployments(namespace).GetScale(ctx, "web", metav1.GetOptions{})
	must(t, err)
	scale.Spec.Replicas = 4
	scale, err = clientsetOf(t).AppsV1().Deployments(namespace).UpdateScale(ctx, "web", scale, metav1.UpdateOptions{})
	must(t, err)
	equal(t, scale.Status.Selector, "app=web", "the scale's selector")
}

func TestPagesOfALongList(t *testing.T) {
	ctx, namespace := context.Background(), namespaceOf(t)
	configMaps := clientsetOf(t).CoreV1().ConfigMaps(namespace)
	for i := range 25 {
		_, err := configMaps.Create(ctx, configMap(fmt.Sprintf("page-%02d", i), nil), metav1.CreateOptions{})
		must(t, err)
	}
	pages := pager.New(pager.SimplePageFunc(func(options metav1.ListOptions) (runtime.Object, error) {
		return configMaps.List(ctx, options)
	}))
	pages.PageSize = 4
	var names []string
	must(t, pages.EachListItem(ctx, metav1.ListOptions{LabelSelector: "app=clients"}, func(object runtime.Object) error {
		names = append(names, object.(*corev1.ConfigMap).Name)
		return nil
	}))
	equal(t, len(names), 25, "items of all pages")
	equal(t, names[24], "page-24", "the last one")

	must(t, configMaps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "app=clients"}))
	left, err := configMaps.List(ctx, metav1.ListOptions{LabelSelector: "app=clients"})
	must(t, err)
	equal(t, len(left.Items), 0, "items left")
}

func TestApplyConfigurations(t *testing.T) {
	ctx, namespace := context.Background(), namespaceOf(t)
	services := clientsetOf(t).CoreV1().Services(namespace)
	service := func(port int32) *applycorev1.ServiceApplyConfiguration {
		return applycorev1.Service("web", namespace).WithSpec(applycorev1.ServiceSpec().
			WithSelector(map[string]string{"app": "web"}).
			WithPorts(applycorev1.ServicePort().WithName("http").WithPort(80).WithTargetPort(intstr.FromInt32(port))))
	}
	_, err := services.Apply(ctx, service(8080), metav1.ApplyOptions{FieldManager: "one"})
	must(t, err)
	_, err = services.Apply(ctx, service(9090), metav1.ApplyOptions{FieldManager: "two"})
	equal(t, apierrors.IsConflict(err), true, "the second manager meets a conflict")
	applied, err := services.Apply(ctx, service(9090), metav1.ApplyOptions{FieldManager: "two", Force: true})
	must(t, err)
	equal(t, applied.Spec.Ports[0].TargetPort.IntVal, 9090, "the forced port")
	equal(t, applied.Spec.ClusterIP != "", true, "a cluster IP was given")

	extracted, err := applycorev1.ExtractService(applied, "two")
	must(t, err)
	equal(t, *extracted.Spec.Ports[0].Port, 80, "what the second manager owns can be extracted")
	extracted.WithAnnotations(map[string]string{"note": "kept"})
	applied, err = services.Apply(ctx, extracted, metav1.ApplyOptions{FieldManager: "two"})
	must(t, err)
	equal(t, applied.Annotations["note"], "kept", "the annotation")
	_, err = services.ApplyStatus(ctx, applycorev1.Service("web", namespace).WithStatus(applycorev1.ServiceStatus().
		WithConditions(applymetav1.Condition().WithType("Ready").WithStatus(metav1.ConditionTrue).WithReason("Tested").WithMessage("").WithLastTransitionTime(metav1.Now()))),
		metav1.ApplyOptions{FieldManager: "status"})
	must(t, err)
}

func TestServiceAccountTokens(t *testing.T) {
	ctx, namespace := context.Background(), namespaceOf(t)
	clientset := clientsetOf(t)
	_, err := clientset.CoreV1().ServiceAccounts(namespace).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "bot"}}, metav1.CreateOptions{})
	must(t, err)
	token, err := clientset.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, "bot", tokenRequest(), metav1.CreateOptions{})
	must(t, err)
	self := whoAmI(t, token.Status.Token)
	equal(t, self, "system:serviceaccount:"+namespace+":bot", "who the token speaks for")
}
