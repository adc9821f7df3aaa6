#!/usr/bin/env bash
# Installs what the tests need beside Node, npm, a C compiler and git. As root on Debian (or Ubuntu) it does so; elsewhere it
# says what is missing, and the tests that need it skip by name. Quiet and quick when everything is there.
set -euo pipefail

# package, and a file by which it is known to be there
needed=(
  "uidmap /usr/bin/newuidmap"                               # an ordinary user's sandboxes
  "passt /usr/bin/pasta"                                    # networks with egress
  "mmdebstrap /usr/bin/mmdebstrap"                          # images of Debian packages
  "debian-archive-keyring /usr/share/keyrings/debian-archive-keyring.gpg" # what those are signed with
  "crun /usr/bin/crun"                                      # the peer whose seccomp filter and containers ours are compared with
  "docker-registry /usr/bin/docker-registry"                # what images are pushed to and pulled from,
  "skopeo /usr/bin/skopeo"                                  # and who else does so
  "buildah /usr/bin/buildah"                                # who else builds Dockerfiles
  "umoci /usr/bin/umoci"                                    # what unpacks what was built,
  "attr /usr/bin/getfattr"                                  # and attributes seen from outside
  "openssl /usr/bin/openssl"                                # its certificates,
  "apache2-utils /usr/bin/htpasswd"                         # logins of that registry
  "umoci /usr/bin/umoci"                                    # images that we read, and that read ours: umoci's
  "buildah /usr/bin/buildah"                                # and buildah's
  "podman /usr/bin/podman"                                  # peers of `mayfly verify`: podman,
  "docker.io /usr/sbin/dockerd"                             # Docker,
  "iptables /usr/sbin/iptables"                             # and what it makes its networks with
  "iproute2 /sbin/ip"                                       # planted leaks and networks seen from outside
  "libxml2-utils /usr/bin/xmllint"                          # JUnit reports against the Jenkins schema
  "e2fsprogs /sbin/mkfs.ext4"                               # writable layers on disk with a limit
  "procps /usr/bin/ps"                                      # processes seen from outside
  "util-linux /usr/bin/unshare"                             # namespaces for tests
  "bsdutils /usr/bin/script"                                # the command on a terminal
  "libc6-dev /usr/include/stdlib.h"                         # the launcher under sanitizers
  "libc-bin /usr/bin/getent"                                # names as glibc,
  "musl-tools /usr/bin/musl-gcc"                            # musl,
  "busybox-static /bin/busybox"                             # busybox
  "nginx /usr/sbin/nginx"                                   # and nginx ask for them
)
case "$(uname -m)" in
  x86_64) needed+=(
    "gcc-aarch64-linux-gnu /usr/bin/aarch64-linux-gnu-gcc" # the arm64 launcher in the package
    "libc6-dev-arm64-cross /usr/aarch64-linux-gnu/lib/libc.a"
  ) ;;
esac

missing=()
for entry in "${needed[@]}"; do
  read -r package file <<<"$entry"
  [ -e "$file" ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "tools/setup.sh: not installed, so that some tests will skip: ${missing[*]}" >&2
  exit 0
fi

echo "tools/setup.sh: installing ${missing[*]}" >&2
log="$(mktemp)"
# Programs are wanted, not daemons: 101 forbids to start any (Debian's README.policy-rc.d).
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ]; then policy=""; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; fi
trap 'rm -f "$log" $policy' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "tools/setup.sh: could not install ${missing[*]}; the tests that need them will skip" >&2
fi
