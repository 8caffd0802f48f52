import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { prepareGateway } from './gateway-environment.ts'
import type { SubjectOptions } from './processes/subject-process.ts'

/**
 * A built checkout of this repository, and the Node that runs its gateway. `prepareGateway` uses the checkout's own
 * migrations.
 */
export interface Checkout extends Required<Pick<SubjectOptions, 'directory' | 'node'>> {
  readonly prepareGateway: typeof prepareGateway
  /** Path, commit, and version of Node. */
  readonly description: string
}

export interface CheckoutOptions {
  /** The root of the repository. Default: this checkout. */
  readonly directory?: string
  /** The path of a Node binary. Default: the Node that runs the benchmark. */
  readonly node?: string
}

/** @throws if the checkout is not built, or Node does not start; the message says what to do */
export async function openCheckout({
  directory = fileURLToPath(new URL('../../', import.meta.url)),
  node = process.execPath,
}: CheckoutOptions): Promise<Checkout> {
  const root = resolve(directory)
  const builtDirectory = pathToFileURL(`${root}/bench/dist/`)
  const environment = new URL('gateway-environment.js', builtDirectory)
  const subjects = new URL('subjects/', builtDirectory)
  for (const file of [environment, new URL('gateway.js', subjects)])
    if (!existsSync(file)) throw new Error(notBuilt(root, fileURLToPath(file)))
  const { prepareGateway } = (await import(environment.href)) as Pick<Checkout, 'prepareGateway'>
  const description = `${root}, commit ${commitOf(root)}, Node ${versionOf(node)}`
  return { directory: subjects, node, prepareGateway, description }
}

function notBuilt(root: string, file: string): string {
  return `${root} is not a built checkout: ${file} does not exist. Run \`npx -y pnpm@12.4.2 install --frozen-lockfile && npx tsc -b bench\` there.`
}

function commitOf(root: string): string {
  try {
    return read('git', ['-C', root, 'describe', '--always', '--dirty', '--abbrev=8', '--exclude=*'])
  } catch {
    return 'unknown'
  }
}

function versionOf(node: string): string {
  try {
    return read(node, ['--version'])
  } catch (error) {
    throw Object.assign(new Error(`${node} does not start. Pass the path of a Node binary to --node.`), {
      cause: error,
    })
  }
}

function read(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
