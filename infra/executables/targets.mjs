import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

/** What there are executables for: a system, its C library where there are two, and an architecture, as Node calls them. */
export const targets = [
  'linux-x64',
  'linux-arm64',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win-x64',
]

/** The name of the executable for a target. */
export function executableName(target) {
  return `rack-gateway-${target}${target.startsWith('win-') ? '.exe' : ''}`
}

/** Which target this Node is for. */
export function ownTarget() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  // A Node that is linked with glibc says with which.
  const musl = system === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined
  return `${system}-${process.arch}${musl ? '-musl' : ''}`
}

/**
 * Reads `TARGET=RUNTIME` arguments; without any, the Node that runs this is the runtime for its own target.
 *
 * @throws Error for what is no target, or has no runtime
 */
export function readTargets(args) {
  const named = args.length > 0 ? args : [`${ownTarget()}=${process.execPath}`]
  return named.map((text) => {
    const [target = '', runtime = ''] = text.split('=', 2)
    if (!targets.includes(target)) throw new Error(`${target} is not one of ${targets.join(', ')}`)
    if (runtime === '') throw new Error(`say which Node the executable for ${target} is made of: ${target}=PATH`)
    return { target, runtime: resolve(runtime) }
  })
}

/** The version of a Node, such as `v24.1.0`; null when it doesn't run here. */
export function versionHere(runtime) {
  const { status, stdout } = spawnSync(runtime, ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}
