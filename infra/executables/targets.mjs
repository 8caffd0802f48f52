import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The system and the architecture in Node's terms, and `musl` for a Linux without glibc. */
export const targets = [
  'linux-x64',
  'linux-arm64',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win-x64',
]

export function executableName(target) {
  return `rack-gateway-${target}${target.startsWith('win-') ? '.exe' : ''}`
}

export function ownTarget() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  // A Node that is linked with glibc reports glibc's version.
  const musl = system === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined
  return `${system}-${process.arch}${musl ? '-musl' : ''}`
}

/**
 * Reads `TARGET=RUNTIME` arguments. Without arguments, this Node is the runtime for its own target.
 *
 * @throws Error for an unknown target, or for a target without a runtime
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

/**
 * Finds a preparer for each runtime: a Node of the same version that runs on this machine. The preparer can be the
 * runtime itself, another runtime, or this Node.
 *
 * @throws Error if a runtime has no preparer
 */
export function withPreparers(runtimes) {
  const known = runtimes.map((one) => ({ ...one, reported: reportedVersion(one.runtime) }))
  const preparers = [...known, { runtime: process.execPath, reported: process.version }]
  return known.map(({ target, runtime, reported }) => {
    const version = reported ?? versionInFile(runtime)
    const preparer =
      reported === null ? preparers.find((one) => version !== null && one.reported === version)?.runtime : runtime
    if (preparer === undefined)
      throw new Error(
        version === null
          ? `${runtime} does not run on this machine, and contains no version of Node: pass the path of a Node for ${target}`
          : `${runtime} does not run on this machine and is ${version}: also pass a target for this machine, with Node ${version}`,
      )
    return { target, runtime, version, preparer }
  })
}

/** The version of a Node, such as `v24.1.0`, or null if that Node does not run on this machine. */
function reportedVersion(runtime) {
  const { status, stdout } = spawnSync(runtime, ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}

/** The version of a Node from the content of its file, or null if it cannot be found. */
function versionInFile(runtime) {
  return /node-(v\d+\.\d+\.\d+)-headers/.exec(readFileSync(runtime, 'latin1'))?.[1] ?? null
}
