import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, isFree } from './free-port.ts'

/**
 * The port of the identity provider is part of its issuer, so a demo uses the same one at each start. If another program
 * uses that port, the demo takes another one, and `seed` gives the users of logins the new issuer.
 *
 * @param directory the directory of the demo, so that each of several demos has its own port
 */
export async function chooseIdentityProviderPort(directory: string): Promise<number> {
  const stored = await readPort(directory)
  return stored !== null && (await isFree(stored)) ? stored : freePort()
}

/** Call this only once the demo runs: a demo that cannot start must not replace the port of the one that runs. */
export async function storeIdentityProviderPort(directory: string, issuer: string): Promise<void> {
  await writeFile(pathIn(directory), `${new URL(issuer).port}\n`)
}

function pathIn(directory: string): string {
  return join(directory, 'identity-provider-port')
}

/** @returns null if there is no file, or no port in it */
async function readPort(directory: string): Promise<number | null> {
  try {
    const port = Number(await readFile(pathIn(directory), 'utf8'))
    return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
