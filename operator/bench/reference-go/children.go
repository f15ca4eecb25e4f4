package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
)

const (
	hashAnnotation = "bench.sluice.dev/last-applied"
	managedByLabel = "app.kubernetes.io/managed-by"
	managedBy      = "sample"
	nameLabel      = "app.kubernetes.io/name"
	writer         = "sample"
	image          = "example.com/sample:1"
)

func childLabels(sample *Sample) map[string]string {
	return map[string]string{managedByLabel: managedBy, nameLabel: sample.Name}
}

func podLabels(sample *Sample) map[string]string {
	return map[string]string{nameLabel: sample.Name}
}

// Apply configurations: all that the sample sets, and nothing else.

func applyConfigMap(sample *Sample, hash string) runtime.ApplyConfiguration {
	return corev1ac.ConfigMap(sample.Name, sample.Namespace).
		WithLabels(childLabels(sample)).
		WithAnnotations(map[string]string{hashAnnotation: hash}).
		WithOwnerReferences(ownerReference(sample)).
		WithData(map[string]string{"message": sample.Spec.Message, "writer": writer})
}

func applyService(sample *Sample, hash string) runtime.ApplyConfiguration {
	return corev1ac.Service(sample.Name, sample.Namespace).
		WithLabels(childLabels(sample)).
		WithAnnotations(map[string]string{hashAnnotation: hash}).
		WithOwnerReferences(ownerReference(sample)).
		WithSpec(corev1ac.ServiceSpec().
			WithSelector(podLabels(sample)).
			WithPorts(corev1ac.ServicePort().
				WithName("http").
				WithPort(80).
				WithTargetPort(intstr.FromInt32(8080)).
				WithProtocol(corev1.ProtocolTCP)))
}

func applyDeployment(sample *Sample, hash string) runtime.ApplyConfiguration {
	container := corev1ac.Container().
		WithName("main").
		WithImage(image).
		WithEnv(corev1ac.EnvVar().WithName("MESSAGE").WithValue(sample.Spec.Message)).
		WithPorts(corev1ac.ContainerPort().WithName("http").WithContainerPort(8080)).
		WithResources(corev1ac.ResourceRequirements().WithRequests(requests()))
	return appsv1ac.Deployment(sample.Name, sample.Namespace).
		WithLabels(childLabels(sample)).
		WithAnnotations(map[string]string{hashAnnotation: hash}).
		WithOwnerReferences(ownerReference(sample)).
		WithSpec(appsv1ac.DeploymentSpec().
			WithReplicas(sample.Spec.Replicas).
			WithSelector(metav1ac.LabelSelector().WithMatchLabels(podLabels(sample))).
			WithTemplate(corev1ac.PodTemplateSpec().
				WithLabels(podLabels(sample)).
				WithSpec(corev1ac.PodSpec().WithContainers(container))))
}

func ownerReference(sample *Sample) *metav1ac.OwnerReferenceApplyConfiguration {
	return metav1ac.OwnerReference().
		WithAPIVersion(groupVersion.String()).
		WithKind("Sample").
		WithName(sample.Name).
		WithUID(sample.UID).
		WithController(true).
		WithBlockOwnerDeletion(true)
}

func hashOf(desired runtime.ApplyConfiguration) (string, error) {
	content, err := json.Marshal(desired)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8]), nil
}

// Mutations: the sample's fields are set in place, so that defaults and others' fields stay.

func mutateConfigMap(configMap *corev1.ConfigMap, sample *Sample) {
	configMap.Data = map[string]string{"message": sample.Spec.Message, "writer": writer}
}

func mutateService(service *corev1.Service, sample *Sample) {
	service.Spec.Selector = podLabels(sample)
	service.Spec.Ports = []corev1.ServicePort{{
		Name:       "http",
		Port:       80,
		TargetPort: intstr.FromInt32(8080),
		Protocol:   corev1.ProtocolTCP,
	}}
}

func mutateDeployment(deployment *appsv1.Deployment, sample *Sample) {
	spec := &deployment.Spec
	spec.Replicas = &sample.Spec.Replicas
	spec.Selector = &metav1.LabelSelector{MatchLabels: podLabels(sample)}
	spec.Template.Labels = podLabels(sample)
	if len(spec.Template.Spec.Containers) != 1 {
		spec.Template.Spec.Containers = make([]corev1.Container, 1)
	}
	container := &spec.Template.Spec.Containers[0]
	container.Name = "main"
	container.Image = image
	container.Env = []corev1.EnvVar{{Name: "MESSAGE", Value: sample.Spec.Message}}
	container.Ports = []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}}
	container.Resources.Requests = requests()
}

func requests() corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("100m"),
		corev1.ResourceMemory: resource.MustParse("128Mi"),
	}
}
