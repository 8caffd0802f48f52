import type { Context } from './context.ts'
import { parseCommandLine } from './convox/command-line.ts'
import { suggestOwnCommand } from './convox/did-you-mean.ts'
import { runWrapped } from './convox/wrapped.ts'
import { exitCodeOf, exitCodes, isExpected } from './output/exit-codes.ts'

/**
 * Runs one command line, ours or convox's.
 *
 * @param args what follows `rack-gateway`
 * @returns the exit code; what went wrong has been noted
 */
export async function runCli(context: Context, args: readonly string[]): Promise<number> {
  let theirs: readonly string[] = []
  try {
    const line = parseCommandLine(args)
    const { for: whose, words, rack } = line
    if (whose === 'convox') {
      theirs = words
      const code = await runWrapped(context, line)
      const meant = code === exitCodes.ok ? null : await suggestOwnCommand(words)
      if (meant !== null) context.note(meant)
      return code
    }
    // Convox's commands don't wait for what only ours need.
    const { runOwnCommand } = await import('./own-command.ts')
    return await runOwnCommand(context, words, rack)
  } catch (error) {
    // What stood in the way of a command that does not exist is no help.
    const meant = theirs.length === 0 ? null : await suggestOwnCommand(theirs)
    if (meant !== null) {
      context.note(meant)
      return exitCodes.usage
    }
    context.note(
      isExpected(error) ? error.message : `unexpected failure: ${error instanceof Error ? error.stack : String(error)}`,
    )
    return exitCodeOf(error)
  }
}
