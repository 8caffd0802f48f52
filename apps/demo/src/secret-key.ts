import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The key is stored (mode 0600), so that tokens stay valid after a restart. */
export async function loadOrCreateSecretKey(directory: string): Promise<string> {
  const path = join(directory, 'secret-key')
  await mkdir(directory, { recursive: true })
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const key = randomBytes(48).toString('base64')
  await writeFile(path, `${key}\n`, { mode: 0o600, flag: 'wx' })
  await chmod(path, 0o600)
  return key
}
