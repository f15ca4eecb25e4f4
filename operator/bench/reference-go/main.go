// Command reference-go is the sample controller (../sample/sample.ts) on controller-runtime: a Sample becomes a
// ConfigMap, a Service and a Deployment, and its status says when they are there. The runtime benchmark compares both.
//
// Environment: KUBECONFIG; SAMPLE_METRICS_PORT; SAMPLE_CONCURRENCY (default 10); SAMPLE_MODE, `apply` (server-side
// apply, sent only where the content's hash differs) or `update` (controllerutil.CreateOrUpdate).
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	ctrl.SetLogger(zap.New())
	concurrency, err := strconv.Atoi(envOr("SAMPLE_CONCURRENCY", "10"))
	if err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	addToScheme(scheme)
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	// As the TypeScript runtime does: managedFields are not kept, and only the sample's own children are watched.
	ours := cache.ByObject{Label: labels.SelectorFromSet(labels.Set{managedByLabel: managedBy})}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: server.Options{BindAddress: "127.0.0.1:" + envOr("SAMPLE_METRICS_PORT", "0")},
		Cache: cache.Options{
			DefaultTransform: cache.TransformStripManagedFields(),
			ByObject: map[client.Object]cache.ByObject{
				&corev1.ConfigMap{}:  ours,
				&corev1.Service{}:    ours,
				&appsv1.Deployment{}: ours,
			},
		},
	})
	if err != nil {
		return err
	}
	reconciler := &reconciler{client: mgr.GetClient(), scheme: scheme}
	switch mode := os.Getenv("SAMPLE_MODE"); mode {
	case "apply":
		reconciler.ensureChildren = reconciler.applyChildren
	case "update":
		reconciler.ensureChildren = reconciler.createOrUpdateChildren
	default:
		return fmt.Errorf("SAMPLE_MODE is %q: set it to apply or update", mode)
	}
	err = ctrl.NewControllerManagedBy(mgr).
		Named("sample").
		For(&Sample{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&corev1.ConfigMap{}).
		Owns(&corev1.Service{}).
		Owns(&appsv1.Deployment{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: concurrency}).
		Complete(reconciler)
	if err != nil {
		return err
	}
	synced := manager.RunnableFunc(func(ctx context.Context) error {
		for _, kind := range []client.Object{&Sample{}, &corev1.ConfigMap{}, &corev1.Service{}, &appsv1.Deployment{}} {
			// Blocks until the kind's informer has synced.
			if _, err := mgr.GetCache().GetInformer(ctx, kind); err != nil {
				return err
			}
		}
		fmt.Fprintln(os.Stderr, "caches synced")
		return nil
	})
	if err := mgr.Add(synced); err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}

func envOr(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
