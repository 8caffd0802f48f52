import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { onTestFinished } from 'vitest'

/** Of util-linux: it gives a program a terminal. */
const script = '/usr/bin/script'

export const hasScript: boolean = existsSync(script)

/** A terminal, and what runs in it. */
export interface PseudoTerminal {
  /** Presses keys: a control key is its byte. */
  press(keys: string): void
  /** All that it has shown. */
  shown(): string
  /** Resolves with what it has shown since what was waited for last. @throws when all has ended without that */
  saw(wanted: string | RegExp): Promise<RegExpExecArray>
  /** The exit code. It may come before `script` has passed on all that was shown: wait for the last words first. */
  readonly ended: Promise<number | null>
  /** Takes it away, as closing the window does. */
  hangUp(): void
}

export interface TerminalOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** Runs a line of the shell in a terminal of its own, which goes with the test. */
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
