#!/bin/sh
# Installs what the tests of real providers need, on Debian and its relatives; takes root. Without it those tests are skipped.
# The tests start engines of their own; the services that the packages bring are not used.
set -eu
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql redis-server podman runc docker-registry busybox-static iptables
# The S3 server is a Go module.
if command -v go >/dev/null; then GOBIN=/usr/local/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0; fi
