#!/bin/sh
# What spark-submit and the driver start a pod with; the words and the variables are their contract
# (org.apache.spark.deploy.k8s: the steps BasicDriverFeatureStep and BasicExecutorFeatureStep).
set -eu
case "${1:-}" in
  driver)
    shift
    exec spark-submit --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" "$@" ;;
  executor)
    options=$(env | sed -n 's/^SPARK_JAVA_OPT_[0-9]*=//p')
    # One option a variable, and none of them holds a blank.
    # shellcheck disable=SC2086
    exec "$JAVA_HOME/bin/java" $options "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" -cp "/opt/spark/conf:/opt/spark/jars/*" \
      org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
      --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" --cores "$SPARK_EXECUTOR_CORES" \
      --app-id "$SPARK_APPLICATION_ID" --hostname "$SPARK_EXECUTOR_POD_IP" \
      --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" --podName "$SPARK_EXECUTOR_POD_NAME" ;;
  *) exec "$@" ;;
esac
