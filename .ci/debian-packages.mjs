// Installs the Debian packages of programs that tests start, if the test command runs as root on Debian.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs, and the packages that contain them. */
const packages = {
  nginx: 'nginx',
  haproxy: 'haproxy',
  caddy: 'caddy',
}

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']

/** @returns the programs that are not installed */
function missingPrograms() {
  return Object.keys(packages).filter((program) => !folders.some((folder) => existsSync(join(folder, program))))
}

/** Without one of the programs, its tests are skipped, except as root on Debian. */
export function installPackages() {
  const missing = missingPrograms()
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) {
    console.log(`\n── Not installed, so their tests are skipped: ${missing.join(', ')}.`)
    return
  }
  console.log(
    `\n── Tests need these programs, which are missing: ${missing.join(', ')}. Installing their Debian packages.`,
  )
  aptGet('update')
  aptGet('install', '--yes', '--no-install-recommends', ...missing.map((program) => packages[program]))
}

function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['--quiet=2', ...args], { stdio: 'inherit', env })
}
