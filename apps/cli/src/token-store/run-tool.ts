import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { KeychainUnusable } from '../errors/errors.ts'
import { printable } from '../terminal/terminal.ts'
import { useFileStore } from './keychain.ts'

export interface ToolSettings {
  readonly env: NodeJS.ProcessEnv
  /** The keychain's name in sentences. */
  readonly title: string
  /** Milliseconds until the tool is killed, because it may be waiting for a user who is away. */
  readonly deadline: number
  /** Milliseconds after which `note` says that the tool may be waiting for the user. */
  readonly noteAfter: number
  note(line: string): void
}

export interface ToolCall {
  readonly program: string
  /** Never a token, because all users of the machine can read arguments. */
  readonly args: readonly string[]
  readonly stdin?: string
  /** Redacted in the tool's error output. */
  readonly secrets?: readonly string[]
}

export interface ToolOutcome {
  readonly code: number
  readonly stdout: string
  /** The first line of the tool's error output, without secrets. */
  readonly errorLine: string
}

const maxOutputLength = 64 * 1024

/** @throws KeychainUnusable if the tool is missing, takes too long, or prints too much */
export function runTool(
  settings: ToolSettings,
  { program, args, stdin = '', secrets = [] }: ToolCall,
): Promise<ToolOutcome> {
  const { env, title, noteAfter, deadline } = settings
  return new Promise((resolve, reject) => {
    const tool = spawn(program, [...args], { env, windowsHide: true })
    const noteTimer = setTimeout(
      () => settings.note(`Waiting for ${title}. It may be asking you to unlock it.`),
      noteAfter,
    )
    const deadlineTimer = setTimeout(
      () =>
        settle(() =>
          reject(new KeychainUnusable(`${title} did not answer within ${deadline / 1_000} s`, useFileStore)),
        ),
      deadline,
    )
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      tool[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text
        if (output[stream].length > maxOutputLength)
          settle(() => reject(new KeychainUnusable(`${title} gave an unexpected response`, useFileStore)))
      })
    tool.once('error', (error) =>
      settle(() => reject(new KeychainUnusable(startProblem(program, error), useFileStore))),
    )
    tool.once('close', (code) => {
      const errorLine = firstLine(output.stderr, secrets)
      settle(() => resolve({ code: code ?? 1, stdout: output.stdout, errorLine }))
    })
    // The tool may exit without reading its input.
    tool.stdin.once('error', () => undefined)
    tool.stdin.end(stdin)

    function settle(outcome: () => void): void {
      clearTimeout(noteTimer)
      clearTimeout(deadlineTimer)
      outcome()
      release(tool)
    }
  })
}

/** Kills the tool, and lets this process end even if the tool's children keep its pipes open. */
function release(tool: ChildProcessWithoutNullStreams): void {
  tool.kill('SIGKILL')
  for (const stream of [tool.stdin, tool.stdout, tool.stderr]) stream.destroy()
  tool.unref()
}

function startProblem(program: string, error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  return code === 'ENOENT' ? `${program} is not installed` : `${program} cannot be run (${code})`
}

function firstLine(stderr: string, secrets: readonly string[]): string {
  const without = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), stderr)
  return printable(without.trim().split('\n')[0] ?? '').slice(0, 300)
}
