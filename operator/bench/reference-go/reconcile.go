package main

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

type reconciler struct {
	client         client.Client
	scheme         *runtime.Scheme
	ensureChildren func(context.Context, *Sample) error
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	sample := &Sample{}
	if err := r.client.Get(ctx, request.NamespacedName, sample); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !sample.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	if err := r.ensureChildren(ctx, sample); err != nil {
		return ctrl.Result{}, err
	}
	status := SampleStatus{ObservedGeneration: sample.Generation, Ready: true}
	if sample.Status == status {
		return ctrl.Result{}, nil
	}
	sample.Status = status
	return ctrl.Result{}, r.client.Status().Update(ctx, sample)
}

// applyChildren sends a child only where the hash of what was applied last, kept in an annotation, differs.
func (r *reconciler) applyChildren(ctx context.Context, sample *Sample) error {
	key := client.ObjectKeyFromObject(sample)
	for _, child := range []struct {
		live    client.Object
		desired func(*Sample, string) runtime.ApplyConfiguration
	}{
		{&corev1.ConfigMap{}, applyConfigMap},
		{&corev1.Service{}, applyService},
		{&appsv1.Deployment{}, applyDeployment},
	} {
		hash, err := hashOf(child.desired(sample, ""))
		if err != nil {
			return err
		}
		err = r.client.Get(ctx, key, child.live)
		if client.IgnoreNotFound(err) != nil {
			return err
		}
		if err == nil && child.live.GetAnnotations()[hashAnnotation] == hash && metav1.IsControlledBy(child.live, sample) {
			continue
		}
		err = r.client.Apply(ctx, child.desired(sample, hash), client.FieldOwner("sample"), client.ForceOwnership)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *reconciler) createOrUpdateChildren(ctx context.Context, sample *Sample) error {
	meta := metav1.ObjectMeta{Name: sample.Name, Namespace: sample.Namespace}
	configMap := &corev1.ConfigMap{ObjectMeta: meta}
	service := &corev1.Service{ObjectMeta: meta}
	deployment := &appsv1.Deployment{ObjectMeta: meta}
	for _, child := range []struct {
		object client.Object
		mutate func()
	}{
		{configMap, func() { mutateConfigMap(configMap, sample) }},
		{service, func() { mutateService(service, sample) }},
		{deployment, func() { mutateDeployment(deployment, sample) }},
	} {
		_, err := controllerutil.CreateOrUpdate(ctx, r.client, child.object, func() error {
			child.mutate()
			child.object.SetLabels(childLabels(sample))
			return controllerutil.SetControllerReference(sample, child.object, r.scheme)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
