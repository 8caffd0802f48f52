import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { KeychainUnusable } from '../errors.ts'
import { printable } from '../output/terminal.ts'
import { orUseFileStore } from './keychain.ts'

/** What a tool is run with. */
export interface ToolSettings {
  readonly env: NodeJS.ProcessEnv
  /** As sentences name the keychain. */
  readonly title: string
  /** Milliseconds after which it is ended: it may be asking somebody who isn't there. */
  readonly deadline: number
  /** Milliseconds after which `note` says that it may be asking the person. */
  readonly noteAfter: number
  note(line: string): void
}

export interface ToolCall {
  readonly program: string
  /** Everybody on the machine can read them: never a token. */
  readonly args: readonly string[]
  readonly stdin?: string
  /** What must not be repeated from what it says. */
  readonly secrets?: readonly string[]
}

export interface ToolOutcome {
  readonly code: number
  readonly stdout: string
  /** Its first line, without secrets. */
  readonly complaint: string
}

const longest = 64 * 1024

/** Runs a tool of the system's to its end. @throws KeychainUnusable when it is missing, takes too long or says too much */
export function runTool(
  settings: ToolSettings,
  { program, args, stdin = '', secrets = [] }: ToolCall,
): Promise<ToolOutcome> {
  const { env, title, noteAfter, deadline } = settings
  return new Promise((resolve, reject) => {
    const tool = spawn(program, [...args], { env, windowsHide: true })
    const note = setTimeout(() => settings.note(`Waiting for ${title}. It may be asking you to unlock it.`), noteAfter)
    const end = setTimeout(
      () =>
        settle(() =>
          reject(new KeychainUnusable(`${title} gave no answer within ${deadline / 1_000} s`, orUseFileStore)),
        ),
      deadline,
    )
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      tool[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text
        if (output[stream].length > longest)
          settle(() => reject(new KeychainUnusable(`${title} gave an answer that is none`, orUseFileStore)))
      })
    tool.once('error', (error) =>
      settle(() => reject(new KeychainUnusable(startProblem(program, error), orUseFileStore))),
    )
    tool.once('close', (code) => {
      const complaint = complaintOf(output.stderr, secrets)
      settle(() => resolve({ code: code ?? 1, stdout: output.stdout, complaint }))
    })
    // One that ends without reading is none of ours.
    tool.stdin.once('error', () => undefined)
    tool.stdin.end(stdin)

    function settle(outcome: () => void): void {
      clearTimeout(note)
      clearTimeout(end)
      outcome()
      leave(tool)
    }
  })
}

/** Nothing of it keeps us any longer, whatever it has started itself. */
function leave(tool: ChildProcessWithoutNullStreams): void {
  tool.kill('SIGKILL')
  for (const stream of [tool.stdin, tool.stdout, tool.stderr]) stream.destroy()
  tool.unref()
}

function startProblem(program: string, error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  return code === 'ENOENT' ? `${program} is not installed` : `${program} cannot be run (${code})`
}

function complaintOf(stderr: string, secrets: readonly string[]): string {
  const without = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), stderr)
  return printable(without.trim().split('\n')[0] ?? '').slice(0, 300)
}
