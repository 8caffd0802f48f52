// Installs the Debian packages of programs that tests start, if the test command runs as root on Debian.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { canInstall, installPackages, updateLists } from './apt-get.mjs'

/** Programs, and the packages that contain them. */
const packages = {
  nginx: 'nginx',
  haproxy: 'haproxy',
  caddy: 'caddy',
  'systemd-analyze': 'systemd',
  buildah: 'buildah',
  podman: 'podman',
  'podman-compose': 'podman-compose',
  runc: 'runc',
  catatonit: 'catatonit',
  netavark: 'netavark',
  'aardvark-dns': 'aardvark-dns',
  iptables: 'iptables',
  ip: 'iproute2',
  debootstrap: 'debootstrap',
}

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/usr/lib/podman']

/** @returns the programs that are not installed */
function missingPrograms() {
  return Object.keys(packages).filter((program) => !folders.some((folder) => existsSync(join(folder, program))))
}

/** Without one of the programs, its tests are skipped, except as root on Debian. */
export function installPrograms() {
  const missing = missingPrograms()
  if (missing.length === 0) return
  if (!canInstall()) {
    console.log(`\n── Not installed, so their tests are skipped: ${missing.join(', ')}.`)
    return
  }
  console.log(
    `\n── Tests need these programs, which are missing: ${missing.join(', ')}. Installing their Debian packages.`,
  )
  updateLists()
  installPackages(...missing.map((program) => packages[program]))
}
