import type { Command, Execution } from './execution.ts'
import { splitCommand } from './shellquote.ts'

/** A minimal shell: each line is one command. @returns the exit code */
export async function runShell(outer: Execution, runCommand: Command): Promise<number> {
  const isTerminal = outer.environment.terminal === 'terminal'
  const execution = isTerminal ? { ...outer, write: asTerminal(outer.write) } : outer
  const { argv, input, write } = execution
  if (argv[1] === '-c') return (await runLine(execution, argv[2] ?? '', runCommand)).code
  const prompt = async () => {
    if (isTerminal) await write('$ ')
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

/** As the option `onlcr` of a terminal. Without the carriage returns, each line of a recording begins below the end of the last. */
function asTerminal(write: Execution['write']): Execution['write'] {
  return (data) => write(typeof data === 'string' ? data.replaceAll(/\r?\n/g, '\r\n') : data)
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
