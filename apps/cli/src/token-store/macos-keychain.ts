import { KeychainUnusable } from '../errors.ts'
import { type Keychain, orUseFileStore, service } from './keychain.ts'
import { runTool, type ToolCall, type ToolOutcome, type ToolSettings } from './run-tool.ts'

const title = 'the macOS keychain'
/** `errSecItemNotFound`, as the tool's exit code. */
const notFound = 44
/** The tool reads its commands into so many bytes. */
const longestCommand = 4_000

/** The login keychain, by the tool that every macOS has. A token goes to it through a pipe. */
export function macosKeychain(settings: Omit<ToolSettings, 'title'>): Keychain {
  return {
    title,
    async read(account) {
      const found = await run({ args: ['find-generic-password', '-s', service, '-a', account, '-w'] })
      if (found.code === notFound) return null
      if (found.code !== 0) throw unusable(found)
      return found.stdout.replace(/\n$/, '')
    },
    async write(account, token) {
      const hex = Buffer.from(token).toString('hex')
      const label = `Rack Gateway ${account}`
      const command = `add-generic-password -U -s ${quoted(service)} -a ${quoted(account)} -l ${quoted(label)} -X ${hex}\n`
      if (command.length > longestCommand)
        throw new KeychainUnusable(`${title} takes no token as long as this one`, orUseFileStore)
      const added = await run({ args: ['-i'], stdin: command, secrets: [token, hex] })
      if (added.code !== 0) throw unusable(added)
    },
    async remove(account) {
      const removed = await run({ args: ['delete-generic-password', '-s', service, '-a', account] })
      if (removed.code !== 0 && removed.code !== notFound) throw unusable(removed)
    },
  }

  function run(call: Omit<ToolCall, 'program'>): Promise<ToolOutcome> {
    return runTool({ ...settings, title }, { program: 'security', ...call })
  }
}

/** One word of a command that is read from a pipe, and that must stay one. */
function quoted(word: string): string {
  if (!/^[\x20-\x7e]+$/.test(word) || /["\\]/.test(word))
    throw new KeychainUnusable(`${title} takes no name with quotes or control characters`, orUseFileStore)
  return `"${word}"`
}

function unusable({ complaint, code }: ToolOutcome): Error {
  const why = complaint.replace(/^security: /, '') || `security ended with ${code}`
  return new KeychainUnusable(`${title} can't be used: ${why}`, orUseFileStore)
}
