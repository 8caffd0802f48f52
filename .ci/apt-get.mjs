// Installs packages of Debian for the tests, if the test command runs as root on Debian.
import { spawnSync } from 'node:child_process'

export function canInstall() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0
}

/** Updates the lists of packages. Call this before `installPackages`. */
export function updateLists() {
  aptGet('update')
}

export function installPackages(...names) {
  aptGet('install', '--yes', '--no-install-recommends', ...names)
}

function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['--quiet=2', ...args], { stdio: 'inherit', env })
}
