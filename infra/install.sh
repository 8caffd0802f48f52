#!/bin/sh
# Installs the rack-gateway command.
#
#   RACK_GATEWAY_RELEASES=https://releases.example.com/v1.2.3 sh install.sh
#   sh install.sh https://releases.example.com/v1.2.3 [DIRECTORY]
#   sh infra/install.sh infra/dist-executables [DIRECTORY]
#
# The release is an address, or a directory, such as the one that build-executables.mjs writes. It has the files
# SHA256SUMS and rack-gateway-SYSTEM-ARCHITECTURE.gz. The script installs the command to DIRECTORY. Without a DIRECTORY,
# it installs to /usr/local/bin, or to ~/.local/bin if you cannot write to /usr/local/bin. It installs nothing if the file
# does not have the checksum in SHA256SUMS. If the name of DIRECTORY is bin, the manual page is installed in
# share/man/man1 of the same parent directory.
set -eu
umask 022

scratch=
staged=
clean_up() {
  [ -z "$scratch" ] || rm -rf "$scratch"
  [ -z "$staged" ] || rm -f "$staged"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() {
  printf 'install: %s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

find_target() {
  system=$(uname -s)
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) architecture=x64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    *) fail "there is no executable for $machine: install the npm package with: npm install --global rack-gateway" ;;
  esac
  case $system in
    Linux) printf 'linux-%s%s' "$architecture" "$(musl_suffix)" ;;
    Darwin) printf 'darwin-%s' "$architecture" ;;
    MINGW* | MSYS* | CYGWIN* | Windows_NT) fail 'on Windows, download rack-gateway-win-x64.exe and compare its checksum yourself' ;;
    *) fail "there is no executable for $system: install the npm package with: npm install --global rack-gateway" ;;
  esac
}

# With musl, `ldd --version` fails, and prints "musl" on stderr.
musl_suffix() {
  case $(ldd --version 2>&1 || true) in
    *musl*) printf %s '-musl' ;;
  esac
}

# Uses only the schemes in `protocols`, also after a redirect: https, and http only if the release is on this machine.
# Copies from a directory, for which `protocols` is empty.
download() {
  address=$1
  file=$2
  if [ -z "$protocols" ]; then
    cp -- "$address" "$file" || fail "$address could not be copied: check whether the directory has the files of a release for this system"
    return
  fi
  if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --proto "=$protocols" --proto-redir "=$protocols" --retry 2 --output "$file" "$address"
  elif command -v wget >/dev/null 2>&1; then
    download_with_wget "$address" "$file"
  else
    fail 'neither curl nor wget is here: install one of them'
  fi || fail "$address could not be downloaded: check the address of the release, and whether the release has this file"
}

# wget follows redirects to any scheme, so a download that was redirected to http:// is rejected. The wget of busybox may not
# verify certificates.
download_with_wget() {
  case $(wget --version 2>&1 || true) in
    *'GNU Wget'*) ;;
    *) fail 'this wget may not verify certificates: install curl, or GNU wget' ;;
  esac
  LC_ALL=C wget --server-response --output-file="$scratch/wget.log" -O "$2" "$1" || return 1
  case $protocols$(awk 'tolower($0) ~ /^ *location: *http:/ { print " left"; exit }' "$scratch/wget.log") in
    'https left') fail "$1 was redirected to http://, where anybody could have changed it. Nothing was installed" ;;
  esac
}

checksum_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else
    fail 'the checksum cannot be verified without sha256sum, shasum, or openssl: install one of them'
  fi
}

verify() {
  expected=$(awk -v name="$2" '$2 == name || $2 == "*" name { print $1 }' "$scratch/SHA256SUMS")
  case $expected in
    *[!0-9a-f]* | '') fail "SHA256SUMS of this release has no checksum for $2, so it is not installed" ;;
  esac
  [ "${#expected}" -eq 64 ] || fail "SHA256SUMS of this release has no single SHA-256 for $2, so it is not installed"
  actual=$(checksum_of "$1")
  [ "$actual" = "$expected" ] ||
    fail "$2 is not what the release says: its SHA-256 is $actual, and should be $expected. Nothing was installed"
}

choose_directory() {
  if [ -n "$1" ]; then
    printf %s "$1"
  elif [ -w /usr/local/bin ] || { [ ! -e /usr/local/bin ] && [ -w /usr/local ]; }; then
    printf %s /usr/local/bin
  else
    [ -n "${HOME:-}" ] || fail '/usr/local/bin cannot be written, and HOME is not set: name a directory as the second argument'
    printf %s "$HOME/.local/bin"
  fi
}

# Replaces the command in one step, so that nobody can start an incomplete file.
put_into_place() {
  mkdir -p "$2" || fail "$2 cannot be made: name another directory as the second argument"
  [ ! -d "$2/rack-gateway" ] || fail "$2/rack-gateway is a directory: move it away, or name another directory as the second argument"
  staged=$2/.rack-gateway.$$
  (set -C && umask 077 && cat "$1" >"$staged") || fail "$2 cannot be written: name another directory as the second argument"
  chmod 755 "$staged"
  "$staged" --version >/dev/null 2>&1 || fail 'what was downloaded does not run here. Nothing was installed'
  mv -f "$staged" "$2/rack-gateway"
  staged=
}

# The manual page is next to a directory that man knows. Without the page, the command works all the same.
install_manual() {
  case $1 in
    */bin) pages=${1%/bin}/share/man/man1 ;;
    *) return 0 ;;
  esac
  "$1/rack-gateway" man >"$scratch/rack-gateway.1" 2>/dev/null && [ -s "$scratch/rack-gateway.1" ] || return 0
  mkdir -p "$pages" 2>/dev/null && cp "$scratch/rack-gateway.1" "$pages/rack-gateway.1" 2>/dev/null ||
    say "the manual page could not be written to $pages: read it with: rack-gateway man"
}

warn_about_path() {
  case ":${PATH:-}:" in
    *":$1:"*) ;;
    *) say "$1 is not in your PATH. Add it, for example with: export PATH=\"$1:\$PATH\"" ;;
  esac
}

releases=${1:-${RACK_GATEWAY_RELEASES:-}}
[ -n "$releases" ] ||
  fail 'say where the release is: RACK_GATEWAY_RELEASES=https://… sh install.sh, or sh install.sh https://…'
releases=${releases%/}
case $releases in
  *@*) fail 'the address of the release takes no user name: remove the user name and the @' ;;
  https://*) protocols=https ;;
  http://127.0.0.1[:/]* | http://localhost[:/]*) protocols=http,https ;;
  *)
    [ -d "$releases" ] ||
      fail "$releases is not a directory, and does not begin with https://: without TLS, anybody in the network could replace the program"
    protocols=
    ;;
esac

target=$(find_target)
name=rack-gateway-$target.gz
directory=$(choose_directory "${2:-}")
scratch=$(mktemp -d)
download "$releases/SHA256SUMS" "$scratch/SHA256SUMS"
download "$releases/$name" "$scratch/$name"
verify "$scratch/$name" "$name"
gzip -dc "$scratch/$name" >"$scratch/rack-gateway" || fail "$name could not be unpacked: is there room in ${TMPDIR:-/tmp}?"
put_into_place "$scratch/rack-gateway" "$directory"
say "$("$directory/rack-gateway" --version) is at $directory/rack-gateway"
install_manual "$directory"
warn_about_path "$directory"
