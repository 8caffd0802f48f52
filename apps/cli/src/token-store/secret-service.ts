import { KeychainUnusable } from '../errors.ts'
import { type Keychain, orUseFileStore, service } from './keychain.ts'
import { runTool, type ToolOutcome, type ToolSettings } from './run-tool.ts'

const title = "the system's keychain (Secret Service)"

/** GNOME's keyring, KWallet, KeePassXC: what speaks the Secret Service, by libsecret's own tool. */
export function secretService(settings: Omit<ToolSettings, 'title'>): Keychain {
  return {
    title,
    async read(account) {
      const found = await run(['lookup'], account)
      if (found.code === 0) return found.stdout
      if (found.complaint !== '') throw unusable(found)
      await refuseIfThere(account)
      return null
    },
    async write(account, token) {
      const stored = await run(['store', `--label=Rack Gateway ${account}`], account, token)
      if (stored.code !== 0) throw unusable(stored)
    },
    async remove(account) {
      const cleared = await run(['clear'], account)
      if (cleared.code === 0) return
      if (cleared.complaint !== '') throw unusable(cleared)
      await refuseIfThere(account)
    },
  }

  function run(command: readonly string[], account: string, token = ''): Promise<ToolOutcome> {
    const args = [...command, 'service', service, 'account', account]
    const secrets = token === '' ? [] : [token]
    return runTool({ ...settings, title }, { program: 'secret-tool', args, stdin: token, secrets })
  }

  /** The tool says nothing of an item that it can't read. This one lists locked ones, too. */
  async function refuseIfThere(account: string): Promise<void> {
    const { stdout } = await run(['search'], account)
    if (stdout !== '') throw new KeychainUnusable(`${title} is locked`, orUseFileStore)
  }
}

function unusable({ complaint, code }: ToolOutcome): Error {
  const why = complaint.replace(/^secret-tool: /, '') || `secret-tool ended with ${code}`
  return new KeychainUnusable(`${title} can't be used: ${why}`, orUseFileStore)
}
