import type { Command, Execution } from './execution.ts'
import { splitCommand } from './shellquote.ts'

/** A minimal shell: each line is one command. @returns the exit code */
export async function runShell(execution: Execution, runCommand: Command): Promise<number> {
  const { argv, environment, input, write } = execution
  if (argv[1] === '-c') return (await runLine(execution, argv[2] ?? '', runCommand)).code
  const prompt = async () => {
    if (environment.terminal === 'terminal') await write('$ ')
  }
  await prompt()
  for await (const line of linesOf(input)) {
    const { ended, code } = await runLine(execution, line, runCommand)
    if (ended === 'shell') return code
    await prompt()
  }
  return 0
}

async function runLine(
  execution: Execution,
  line: string,
  runCommand: Command,
): Promise<{ ended: 'line' | 'shell'; code: number }> {
  const argv = splitCommand(line)
  if (argv.length === 0) return { ended: 'line', code: 0 }
  const code = await runCommand({ ...execution, argv, input: noInput() })
  return { ended: argv[0] === 'exit' ? 'shell' : 'line', code }
}

async function* noInput(): AsyncGenerator<Buffer> {}

/** The last line needs no line break. */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = ''
  for await (const data of input) {
    const lines = `${rest}${data.toString('utf8')}`.split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
