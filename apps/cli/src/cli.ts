import { parseCommandLine } from './command-line/command-line.ts'
import { suggestBeforeStart, suggestOwnCommand } from './commands/did-you-mean.ts'
import { reportCallOf } from './convox/precheck/stopped-calls/report-of-error.ts'
import { runWrapped } from './convox/wrapped.ts'
import { exitCodeOf, exitCodes, isExpected } from './errors/exit-codes.ts'
import type { Context } from './invocation/context.ts'

/**
 * @param args the words after `rack-gateway`
 * @returns the exit code; errors are printed, not thrown
 */
export async function runCli(context: Context, args: readonly string[]): Promise<number> {
  let convoxWords: readonly string[] = []
  try {
    const line = parseCommandLine(args)
    const { program, words } = line
    if (program === 'convox') {
      const misspelled = line.precheck === 'off' ? null : await suggestBeforeStart(words)
      if (misspelled !== null) {
        context.note(misspelled)
        return exitCodes.usage
      }
      convoxWords = words
      const code = await runWrapped(context, line)
      const suggestion = code === exitCodes.ok ? null : await suggestOwnCommand(words)
      if (suggestion !== null) context.note(suggestion)
      return code
    }
    // Imported here, so that commands of convox start faster.
    const { runOwnCommand } = await import('./own-command.ts')
    return await runOwnCommand(context, words, line)
  } catch (error) {
    // For a mistyped command, the suggestion is more useful than the error.
    const suggestion = convoxWords.length === 0 ? null : await suggestOwnCommand(convoxWords)
    if (suggestion !== null) {
      context.note(suggestion)
      return exitCodes.usage
    }
    context.note(
      isExpected(error) ? error.message : `Unexpected error: ${error instanceof Error ? error.stack : String(error)}`,
    )
    await reportCallOf(error)
    return exitCodeOf(error)
  }
}
