import { KeychainUnusable } from '../errors/errors.ts'
import { type Keychain, service, useFileStore } from './keychain.ts'
import { runTool, type ToolCall, type ToolOutcome, type ToolSettings } from './run-tool.ts'

const title = 'the macOS keychain'
/** `errSecItemNotFound`, as the tool's exit code. */
const notFound = 44
/** Bytes. The tool's input buffer is not much larger. */
const maxCommandLength = 4_000

/** The login keychain, through the `security` tool of macOS. The token goes through a pipe, not an argument. */
export function macosKeychain(settings: Omit<ToolSettings, 'title'>): Keychain {
  return {
    title,
    async read(account) {
      const outcome = await run({ args: ['find-generic-password', '-s', service, '-a', account, '-w'] })
      if (outcome.code === notFound) return null
      if (outcome.code !== 0) throw unusable(outcome)
      return outcome.stdout.replace(/\n$/, '')
    },
    async write(account, token) {
      const hex = Buffer.from(token).toString('hex')
      const label = `Rack Gateway ${account}`
      const command = `add-generic-password -U -s ${quoted(service)} -a ${quoted(account)} -l ${quoted(label)} -X ${hex}\n`
      if (command.length > maxCommandLength)
        throw new KeychainUnusable(`${title} cannot store a token of this length`, useFileStore)
      const outcome = await run({ args: ['-i'], stdin: command, secrets: [token, hex] })
      if (outcome.code !== 0) throw unusable(outcome)
    },
    async remove(account) {
      const outcome = await run({ args: ['delete-generic-password', '-s', service, '-a', account] })
      if (outcome.code !== 0 && outcome.code !== notFound) throw unusable(outcome)
    },
  }

  function run(call: Omit<ToolCall, 'program'>): Promise<ToolOutcome> {
    return runTool({ ...settings, title }, { program: 'security', ...call })
  }
}

function quoted(word: string): string {
  if (!/^[\x20-\x7e]+$/.test(word) || /["\\]/.test(word))
    throw new KeychainUnusable(`${title} cannot store a name with quotes or control characters`, useFileStore)
  return `"${word}"`
}

function unusable({ errorLine, code }: ToolOutcome): Error {
  const reason = errorLine.replace(/^security: /, '') || `security exited with ${code}`
  return new KeychainUnusable(`${title} cannot be used: ${reason}`, useFileStore)
}
