import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { KeychainUnusable } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import { type Keychain, service, useFileStore } from './keychain.ts'
import { macosKeychain } from './macos-keychain.ts'
import { runTool, type ToolOutcome, type ToolSettings } from './run-tool.ts'

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

const title = "the system's keychain (Secret Service)"

/** GNOME Keyring, KWallet, or KeePassXC, through the `secret-tool` of libsecret. */
function secretService(settings: Omit<ToolSettings, 'title'>): Keychain {
  return {
    title,
    async read(account) {
      const outcome = await run(['lookup'], account)
      if (outcome.code === 0) return outcome.stdout
      if (outcome.errorLine !== '') throw unusable(outcome)
      await rejectIfLocked(account)
      return null
    },
    async write(account, token) {
      const outcome = await run(['store', `--label=Rack Gateway ${account}`], account, token)
      if (outcome.code !== 0) throw unusable(outcome)
    },
    async remove(account) {
      const outcome = await run(['clear'], account)
      if (outcome.code === 0) return
      if (outcome.errorLine !== '') throw unusable(outcome)
      await rejectIfLocked(account)
    },
  }

  function run(command: readonly string[], account: string, token = ''): Promise<ToolOutcome> {
    const args = [...command, 'service', service, 'account', account]
    const secrets = token === '' ? [] : [token]
    return runTool({ ...settings, title }, { program: 'secret-tool', args, stdin: token, secrets })
  }

  /** `lookup` and `clear` ignore locked items, but `search` lists them. */
  async function rejectIfLocked(account: string): Promise<void> {
    const { stdout } = await run(['search'], account)
    if (stdout !== '') throw new KeychainUnusable(`${title} is locked`, useFileStore)
  }
}

function unusable({ errorLine, code }: ToolOutcome): Error {
  const reason = errorLine.replace(/^secret-tool: /, '') || `secret-tool exited with ${code}`
  return new KeychainUnusable(`${title} cannot be used: ${reason}`, useFileStore)
}
