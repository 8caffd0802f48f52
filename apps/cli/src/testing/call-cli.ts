import { runCli } from '../cli.ts'
import type { Context } from '../invocation/context.ts'
import { quietContext } from './quiet-context.ts'

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function callCli(
  words: readonly string[],
  change: Partial<Context> & Pick<Context, 'cwd' | 'configPath'>,
): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  const context = quietContext({
    print: (line) => {
      stdout += `${line}\n`
    },
    note: (line) => {
      stderr += `rack-gateway: ${line}\n`
    },
    ...change,
  })
  return { code: await runCli(context, words), stdout, stderr }
}
