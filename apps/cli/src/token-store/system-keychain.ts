import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import { KeychainUnusable } from '../errors.ts'
import { type Keychain, otherwiseFile } from './keychain.ts'
import { macosKeychain } from './macos-keychain.ts'
import { secretService } from './secret-service.ts'

/** Milliseconds. A person may have to type a password first; without one, nobody will. */
const patience = { withPerson: 60_000, alone: 3_000 }

/** The keychain of this system. @throws KeychainUnusable where it has none */
export async function systemKeychain({ env, platform, interactive, note }: Context): Promise<Keychain> {
  const settings = { env, note, deadline: interactive ? patience.withPerson : patience.alone }
  if (platform === 'darwin') return macosKeychain(settings)
  if (platform === 'win32') return (await import('./windows-credentials.ts')).windowsCredentials()
  // Without a bus, the tool would start one of its own for each command.
  if (!hasBus(env)) throw new KeychainUnusable('there is no keychain here (no D-Bus session)', otherwiseFile)
  return secretService(settings)
}

function hasBus({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: directory }: NodeJS.ProcessEnv): boolean {
  return Boolean(address) || (Boolean(directory) && existsSync(join(directory ?? '', 'bus')))
}
