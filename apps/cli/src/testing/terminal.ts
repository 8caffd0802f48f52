import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { onTestFinished, vi } from 'vitest'

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
  /** The modes that a command finds, as `stty -g` says them; asked at the shell's prompt. */
  modes(): Promise<string>
  /** Whether keys such as Ctrl-C are bytes to whoever reads it. */
  isRaw(): boolean
  /** Takes it away, as closing the window does. */
  hangUp(): void
}

const prompt = 'READY>'

/** Opens one with a shell in this directory and environment. */
export async function openTerminal({
  cwd,
  env,
}: {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}): Promise<Terminal> {
  const child = spawn(script, ['-qec', `exec ${bash} --noprofile --norc -i`, '/dev/null'], {
    cwd,
    env: { TERM: 'dumb', LANG: 'C.UTF-8', HISTFILE: '', PS1: prompt, ...env },
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
    async modes() {
      enter('stty -g')
      const [modes] = await saw(/(?:[0-9a-f]+:){8,}[0-9a-f]+/)
      await saw(/READY>/)
      return modes
    },
    isRaw: () => /\s-isig\s/.test(stty(device, '-a')),
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
