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
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { isOwn } from './own-directory.ts'

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

/** A script never has Node's own `import()`, but for experiments. */
export type ImportModule = (address: string) => Promise<unknown>

/**
 * Runs a script from how Node had compiled it before, where that was kept. Node's own cache of modules (since 22.1) keeps
 * only what is compiled before anything has run, which is the smaller part. What is kept is run, so it is only read where nobody
 * else may write, and only as it was written.
 *
 * @param script a function of CommonJS's `module` and `require`, of its own address, of `keep`, and of what is `import()` to it; its name or time is another one when its content is
 * @param directory for what is kept; it is made when there is none. Null: nothing is
 */
export function loadKept(script: URL, directory: string | null, importModule?: ImportModule): LoadedCode {
  const path = fileURLToPath(script)
  const source = readFileSync(path, 'utf8')
  const kept = directory === null || process.env.NODE_DISABLE_COMPILE_CACHE ? null : join(directory, keptName(path))
  const cachedData = kept === null ? undefined : read(kept)
  const compiled = new Script(source, { filename: path, cachedData })
  const wasKept = cachedData !== undefined && compiled.cachedDataRejected === false
  const module: { exports: unknown } = { exports: {} }

  function keep(): void {
    if (!wasKept && kept !== null) write(kept, compiled.createCachedData())
  }

  compiled.runInThisContext()(module, createRequire(script), script.href, keep, importModule)
  return { exports: module.exports, wasKept, keep }
}

/** Another for other code and for each Node: V8 itself compares no more of the code than its length. */
function keptName(path: string): string {
  const { version, arch, platform } = process
  const { size, mtimeMs } = statSync(path)
  return `${basename(path)}-${size}-${mtimeMs}-${version}-${platform}-${arch}.bin`
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
