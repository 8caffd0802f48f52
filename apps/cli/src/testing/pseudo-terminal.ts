import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { onTestFinished } from 'vitest'

/** The tool of util-linux that runs a program in a terminal. */
const script = '/usr/bin/script'

export const hasScript: boolean = existsSync(script)

/** A terminal with a running program. */
export interface PseudoTerminal {
  /** Types keys. A control key is its byte. */
  press(keys: string): void
  /** The whole output. */
  shown(): string
  /** Waits for text after the last match. @throws if the program ends without it */
  saw(wanted: string | RegExp): Promise<RegExpExecArray>
  /** The exit code. It can arrive before the last output, so wait for the output first. */
  readonly ended: Promise<number | null>
  /** Closes the terminal, like closing its window. */
  hangUp(): void
}

export interface TerminalOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** Runs a shell command in its own terminal, which is closed when the test finishes. */
export function runInTerminal(line: string, { cwd, env }: TerminalOptions): PseudoTerminal {
  const child = spawn(script, ['-qec', line, '/dev/null'], { cwd, env })
  let shown = ''
  let seen = 0
  let hasEnded = false
  child.stdin.on('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    child.emit('shown')
  })
  const ended = once(child, 'close').then(([code]) => {
    hasEnded = true
    child.emit('shown')
    return code
  })
  const hangUp = () => void child.kill('SIGKILL')
  onTestFinished(hangUp)

  return {
    press: (keys) => void child.stdin.write(keys),
    shown: () => shown,
    async saw(wanted) {
      const pattern = typeof wanted === 'string' ? new RegExp(wanted.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')) : wanted
      for (;;) {
        const found = pattern.exec(shown.slice(seen))
        if (found !== null) {
          seen += found.index + found[0].length
          return found
        }
        if (hasEnded) throw new Error(`it ended without showing ${pattern}:\n${shown}`)
        await once(child, 'shown')
      }
    },
    ended,
    hangUp,
  }
}
