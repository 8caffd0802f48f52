import { createHash, randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

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
const digestLength = 32

/**
 * Runs a CommonJS script, from how Node had compiled it before where that was kept. Node's own cache of modules (since 22.1) keeps
 * only what is compiled before anything has run, which is the smaller part. What is kept is run, so it is only read where nobody
 * else may write, and only whole.
 *
 * @param directory for what is kept; it is made when there is none
 */
export function loadKept(script: URL, directory: string): LoadedCode {
  const path = fileURLToPath(script)
  const source = readFileSync(path, 'utf8')
  const kept = join(directory, `${keyOf(source)}.bin`)
  const cachedData = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : read(directory, kept)
  const compiled = new Script(`(function (module, require, moduleUrl) {${source}\n})`, { filename: path, cachedData })
  const module: { exports: unknown } = { exports: {} }
  compiled.runInThisContext()(module, createRequire(script), script.href)
  const wasKept = cachedData !== undefined && compiled.cachedDataRejected === false
  return {
    exports: module.exports,
    wasKept,
    keep() {
      if (!wasKept && !process.env.NODE_DISABLE_COMPILE_CACHE) write(directory, kept, compiled.createCachedData())
    },
  }
}

/** Another for other code and for each Node: V8 itself compares no more of the code than its length. */
function keyOf(source: string): string {
  const { version, arch, platform } = process
  return createHash('sha256').update(`${version} ${arch} ${platform}\n`).update(source).digest('hex').slice(0, 32)
}

function read(directory: string, path: string): Buffer | undefined {
  try {
    if (!isOwn(directory) || !isOwn(path)) return undefined
    const content = readFileSync(path)
    const [digest, data] = [content.subarray(0, digestLength), content.subarray(digestLength)]
    return digest.equals(digestOf(data)) ? data : undefined
  } catch {
    return undefined
  }
}

function write(directory: string, path: string, data: Buffer): void {
  const temporary = `${path}.${randomUUID()}`
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (!isOwn(directory)) return
    writeFileSync(temporary, Buffer.concat([digestOf(data), data]), { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
    removeOldest(directory)
  } catch {
    // The next time it is compiled again.
  }
}

/** Nobody else may have written it. */
function isOwn(path: string): boolean {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return false
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0)
}

function digestOf(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}

function removeOldest(directory: string): void {
  const files = readdirSync(directory)
    .map((name) => ({ path: join(directory, name), at: lstatSync(join(directory, name)).mtimeMs }))
    .sort((one, other) => other.at - one.at)
  for (const { path } of files.slice(mostKept)) rmSync(path, { force: true })
}
