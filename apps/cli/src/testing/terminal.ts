import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { vi } from 'vitest'
import { hasScript, type PseudoTerminal, runInTerminal, type TerminalOptions } from './pseudo-terminal.ts'

const bash = '/usr/bin/bash'

/** Whether tests can run a shell in a terminal here. */
export const hasTerminal: boolean = hasScript && existsSync(bash)

/** A terminal with a shell that has job control. */
export interface Terminal extends PseudoTerminal {
  enter(line: string): void
  /** Resolves when the shell shows its prompt. */
  prompt(): Promise<void>
  resize(columns: number, rows: number): void
  /** The terminal modes from `stty -g`. Call it at the prompt. */
  modes(): Promise<string>
  /** Whether the terminal passes keys such as Ctrl-C to the program. */
  isRaw(): boolean
}

const ready = 'READY>'

export async function openTerminal({ cwd, env }: TerminalOptions): Promise<Terminal> {
  const terminal = runInTerminal(`exec ${bash} --noprofile --norc -i`, {
    cwd,
    env: { TERM: 'dumb', LANG: 'C.UTF-8', HISTFILE: '', PS1: ready, ...env },
  })
  const prompt = async () => void (await terminal.saw(ready))
  const enter = (line: string) => terminal.press(`${line}\r`)
  async function outputOf(line: string, wanted: RegExp): Promise<string> {
    enter(line)
    const [found] = await terminal.saw(wanted)
    await prompt()
    return found
  }

  await prompt()
  const device = await outputOf('tty', /\/dev\/pts\/\d+/)
  return {
    ...terminal,
    enter,
    prompt,
    resize: (columns, rows) => void stty(device, 'cols', String(columns), 'rows', String(rows)),
    modes: () => outputOf('stty -g', /(?:[0-9a-f]+:){8,}[0-9a-f]+/),
    isRaw: () => /\s-isig\s/.test(stty(device, '-a')),
  }
}

function stty(device: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('stty', ['-F', device, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`stty: ${stderr}`)
  return stdout
}

/** @param states matches the state of a process in Linux, such as `T`, or `gone` */
export function waitForStates(pids: readonly number[], states: RegExp): Promise<void> {
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
