import { KeychainUnusable } from '../errors.ts'
import { type Keychain, service, useFileStore } from './keychain.ts'
import { runTool, type ToolOutcome, type ToolSettings } from './run-tool.ts'

const title = "the system's keychain (Secret Service)"

/** GNOME Keyring, KWallet, or KeePassXC, through the `secret-tool` of libsecret. */
export function secretService(settings: Omit<ToolSettings, 'title'>): Keychain {
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
