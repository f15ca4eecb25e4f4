#!/bin/sh
# What Flink's operator and native Kubernetes mode pass as arguments; the name and the two words are their contract.
set -eu
case "${1:-}" in
  standalone-job) shift; exec standalone-job.sh start-foreground "$@" ;;
  taskmanager) shift; exec taskmanager.sh start-foreground "$@" ;;
  *) exec "$@" ;;
esac
