#!/bin/sh
# Makes the namespace, or sets how long it keeps what has ended, and adds the search attributes that it lacks.
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read by the temporal command itself.
set -eu

tries=0
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "The Temporal server at $TEMPORAL_ADDRESS does not answer:" >&2
    temporal operator cluster health
    exit 1
  fi
  sleep 2
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A namespace that has just been made is not known to every part of the server at once.
tries=0
until attributes=$(temporal operator search-attribute list 2>&1); do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    echo "$attributes" >&2
    exit 1
  fi
  sleep 1
done

add_attribute() {
  case "$attributes" in
    *"$1"*) ;;
    *) temporal operator search-attribute create --name "$1" --type "$2" ;;
  esac
}

add_attribute OffstageWorkspace Keyword
add_attribute OffstageUser Keyword
add_attribute OffstageAgent Keyword
add_attribute OffstageStatus Keyword
add_attribute OffstageDepth Int
