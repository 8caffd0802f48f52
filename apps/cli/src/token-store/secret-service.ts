import { KeychainUnusable } from '../errors.ts'
import { type Keychain, service, useFileStore } from './keychain.ts'
import { runTool, type ToolOutcome, type ToolSettings } from './run-tool.ts'

const title = "the system's keychain (Secret Service)"

/** GNOME Keyring, KWallet, or KeePassXC, through the `secret-tool` of libsecret. */
export function secretService(settings: Omit<ToolSettings, 'title'>): Keychain {
  return {
    title,
    async read(account) {
      const found = await run(['lookup'], account)
      if (found.code === 0) return found.stdout
      if (found.errorLine !== '') throw unusable(found)
      await rejectIfLocked(account)
      return null
    },
    async write(account, token) {
      const stored = await run(['store', `--label=Rack Gateway ${account}`], account, token)
      if (stored.code !== 0) throw unusable(stored)
    },
    async remove(account) {
      const cleared = await run(['clear'], account)
      if (cleared.code === 0) return
      if (cleared.errorLine !== '') throw unusable(cleared)
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
