// Names the module that carries Kubeflow's own CRDs; nothing of it is compiled.
module sluice.dev/cluster/stand-ins/spark/crds

go 1.24

require github.com/kubeflow/spark-operator/v2 v2.5.2
