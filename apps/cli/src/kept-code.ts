import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { isOwn } from './own-directory.ts'

/** Code that is a function of CommonJS's `module`, and of what else it is given. */
export interface KeptScript {
  /** Another one for other code: V8 itself compares no more of it than its length. */
  readonly name: string
  /** As stack traces have it. */
  readonly filename: string
  readonly source: string
  /** From how it is compiled where nothing is kept. */
  readonly compiled?: Buffer
}

/** What a script has exported, and how to have it faster the next time. */
export interface LoadedCode {
  readonly exports: unknown
  /** Whether it came from what was kept. */
  readonly wasKept: boolean
  /** Keeps the script as it is compiled by now, unless it came from there. Never throws. */
  keep(): void
}

/** Of one script, for so many versions of Node and of itself. */
const mostKept = 4

/** The script in a file, whose name or time is another one when its content is. */
export function scriptAt(address: URL): KeptScript {
  const filename = fileURLToPath(address)
  const { size, mtimeMs } = statSync(filename)
  return { name: `${basename(filename)}-${size}-${mtimeMs}`, filename, source: readFileSync(filename, 'utf8') }
}

/**
 * Runs a script from how Node had compiled it before, where that was kept. Node's own cache of modules (since 22.1) keeps
 * only what is compiled before anything has run, which is the smaller part. What is kept is run, so it is only read where nobody
 * else may write, and only as it was written.
 *
 * @param directory for what is kept; it is made when there is none. Null: nothing is
 * @param given what the script is a function of, after `module`
 */
export function loadKept(script: KeptScript, directory: string | null, ...given: readonly unknown[]): LoadedCode {
  const { filename, source, compiled = nothing } = script
  const path = directory === null || process.env.NODE_DISABLE_COMPILE_CACHE ? null : join(directory, keptName(script))
  const kept = path === null ? undefined : read(path)
  const cachedData = kept ?? (compiled.length > 0 ? compiled : undefined)
  const code = new Script(source, { filename, cachedData })
  const wasKept = kept !== undefined && code.cachedDataRejected === false
  const module: { exports: unknown } = { exports: {} }
  code.runInThisContext()(module, ...given)
  return {
    exports: module.exports,
    wasKept,
    keep() {
      if (!wasKept && path !== null) write(path, code.createCachedData())
    },
  }
}

const nothing = Buffer.alloc(0)

/** Another one for each Node. */
function keptName({ name }: KeptScript): string {
  const { version, arch, platform } = process
  return `${name}-${version}-${platform}-${arch}.bin`
}

function read(path: string): Buffer | undefined {
  try {
    const stats = lstatSync(path)
    if (!isOwn(lstatSync(dirname(path))) || !isOwn(stats) || stats.mtimeMs !== writtenAt(stats.size)) return undefined
    return readFileSync(path)
  } catch {
    return undefined
  }
}

function write(path: string, data: Buffer): void {
  const directory = dirname(path)
  const temporary = `${path}.${randomUUID()}`
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (!isOwn(lstatSync(directory))) return
    writeWhole(temporary, data)
    renameSync(temporary, path)
    removeOldest(directory, basename(path))
  } catch {
    // The next time it is compiled again.
  }
}

function writeWhole(path: string, data: Buffer): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, data)
    const at = writtenAt(data.length) / 1000
    futimesSync(file, at, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * When a file of this length says that it was changed, in milliseconds: so is seen, without reading it, that nothing has
 * changed it since, nor cut it short. A sum over it would cost as much as it saves.
 */
function writtenAt(length: number): number {
  return length * 1000
}

function removeOldest(directory: string, latest: string): void {
  const [script = ''] = latest.split('-', 1)
  const files = readdirSync(directory)
    .filter((name) => name.startsWith(`${script}-`) && name.endsWith('.bin'))
    .map((name) => ({ path: join(directory, name), at: lstatSync(join(directory, name)).ctimeMs }))
    .sort((one, other) => other.at - one.at)
  for (const { path } of files.slice(mostKept)) rmSync(path, { force: true })
}
