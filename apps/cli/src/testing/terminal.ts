import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { onTestFinished, vi } from 'vitest'
import type { Machine } from './harness.ts'

/** Of util-linux: it gives a program a terminal. */
const script = '/usr/bin/script'
const bash = '/usr/bin/bash'

/** What the tests in a terminal need. */
export const hasTerminal: boolean = [script, bash].every((path) => existsSync(path))

/** A terminal in which a person has a shell with job control. */
export interface Terminal {
  /** Presses keys: a control key is its byte. */
  press(keys: string): void
  /** Types a line. */
  enter(line: string): void
  /** Resolves with a match once the terminal has shown it, since what was waited for last. @throws when the shell has ended */
  saw(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves once the shell waits for a line. */
  prompt(): Promise<void>
  /** Changes its size, as a window does. */
  resize(columns: number, rows: number): void
  /** Its modes, as `stty -g` says them. */
  modes(): string
  /** Takes it away, as closing the window does. */
  hangUp(): void
}

const prompt = 'READY>'

/** @param env of the shell, beside that of the machine */
export async function openTerminal(machine: Machine, env: NodeJS.ProcessEnv = {}): Promise<Terminal> {
  const child = spawn(script, ['-qec', `exec ${bash} --noprofile --norc -i`, '/dev/null'], {
    cwd: machine.cwd,
    env: { ...machine.env, TERM: 'dumb', LANG: 'C.UTF-8', HISTFILE: '', PS1: prompt, ...env },
  })
  let shown = ''
  let seen = 0
  let hasEnded = false
  child.stdin.on('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    child.emit('shown')
  })
  child.once('close', () => {
    hasEnded = true
    child.emit('shown')
  })
  onTestFinished(() => void child.kill('SIGKILL'))

  async function saw(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(shown.slice(seen))
      if (found !== null) {
        seen += found.index + found[0].length
        return found
      }
      if (hasEnded) throw new Error(`the shell ended without showing ${pattern}:\n${shown}`)
      await once(child, 'shown')
    }
  }
  const press = (keys: string) => void child.stdin.write(keys)
  const enter = (line: string) => press(`${line}\r`)

  await saw(/READY>/)
  enter('tty')
  const [device] = await saw(/\/dev\/pts\/\d+/)
  await saw(/READY>/)
  return {
    press,
    enter,
    saw,
    prompt: async () => void (await saw(/READY>/)),
    resize: (columns, rows) => void stty(device, 'cols', String(columns), 'rows', String(rows)),
    modes: () => stty(device, '-g'),
    hangUp: () => void child.kill('SIGKILL'),
  }
}

function stty(device: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('stty', ['-F', device, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`stty: ${stderr}`)
  return stdout
}

/** Resolves once each process is in one of these states, as Linux writes them; `gone` for one that isn't any more. */
export function untilEach(pids: readonly number[], states: RegExp): Promise<void> {
  return vi.waitFor(
    () => {
      const found = pids.map(stateOf)
      if (!found.every((state) => states.test(state))) throw new Error(`they are ${found.join(', ')}`)
    },
    { timeout: 60_000, interval: 20 },
  )
}

function stateOf(pid: number): string {
  try {
    const [, state = 'gone'] = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return state === 'Z' ? 'gone' : state
  } catch {
    return 'gone'
  }
}
