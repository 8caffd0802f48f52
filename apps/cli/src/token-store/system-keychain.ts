import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import { KeychainUnusable } from '../errors.ts'
import { type Keychain, useFileStore } from './keychain.ts'
import { macosKeychain } from './macos-keychain.ts'
import { secretService } from './secret-service.ts'

/** The keychain of this system. @throws KeychainUnusable if there is none */
export async function systemKeychain({ env, platform, interactive, note, timeouts }: Context): Promise<Keychain> {
  const deadline = interactive ? timeouts.keychainAtTerminal : timeouts.keychain
  const settings = { env, note, noteAfter: timeouts.notice, deadline }
  if (platform === 'darwin') return macosKeychain(settings)
  if (platform === 'win32') return (await import('./windows-credentials.ts')).windowsCredentials()
  // Without a session bus, the tool would start a new bus for each command.
  if (!hasBus(env)) throw new KeychainUnusable('there is no keychain here (no D-Bus session)', useFileStore)
  return secretService(settings)
}

function hasBus({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: directory }: NodeJS.ProcessEnv): boolean {
  return Boolean(address) || (Boolean(directory) && existsSync(join(directory ?? '', 'bus')))
}
