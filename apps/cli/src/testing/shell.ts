import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, type Machine } from './harness.ts'
import { hasScript, runInTerminal } from './pseudo-terminal.ts'

export type TestedShell = 'bash' | 'zsh' | 'fish'

export function isInstalled(shell: TestedShell): boolean {
  return hasScript && existsSync(`/usr/bin/${shell}`)
}

const prompt = 'READY:'
const response = /GOT:(\[.*?\])END/

/**
 * Types keys and Enter into a real shell that has loaded our completion script.
 *
 * @returns the words of the `rack-gateway` command that ran, and the output of the terminal
 */
export async function typeInto(
  shell: TestedShell,
  machine: Machine,
  keys: string,
): Promise<{ readonly words: unknown; readonly shown: string }> {
  prepare(machine, await scriptOf(shell, machine))
  const terminal = runInTerminal(startCommands[shell](machine.home), {
    cwd: machine.cwd,
    env: { ...machine.env, TERM: 'dumb', LANG: 'C.UTF-8', XDG_CONFIG_HOME: machine.home, ZDOTDIR: machine.home },
  })
  await terminal.saw(prompt)
  terminal.press(`${keys}\r`)
  const [, words = 'null'] = await terminal.saw(response)
  terminal.press('exit\r')
  await terminal.ended
  return { words: JSON.parse(words), shown: terminal.shown() }
}

async function scriptOf(shell: TestedShell, machine: Machine): Promise<string> {
  const { code, stdout } = await machine.call(['completion', shell])
  if (code !== 0) throw new Error('there is no script')
  return stdout
}

/** Writes a fake rack-gateway that completes like the real one, and prints its arguments otherwise. */
function prepare(machine: Machine, script: string): void {
  const real = commandLine(['"$@"']).join(' ')
  const printArguments = `process.stdout.write('GOT:' + JSON.stringify(process.argv.slice(1)) + 'END')`
  const program = join(machine.home, 'bin', 'rack-gateway')
  machine.write(
    program,
    `#!/bin/sh\nif [ "$1" = completion ]; then exec ${real}; fi\nexec ${process.execPath} -e "${printArguments}" -- "$@"\n`,
  )
  chmodSync(program, 0o755)
  machine.write(join(machine.home, 'script'), script)
  machine.write(join(machine.home, 'bashrc'), `. ~/script\nPS1=${prompt}\nbind 'set enable-bracketed-paste off'\n`)
  machine.write(join(machine.home, '.zshrc'), `autoload -Uz compinit; compinit -u\n. ~/script\nPS1=${prompt}\n`)
  machine.write(
    join(machine.home, 'fish', 'config.fish'),
    `source ~/script\nfunction fish_prompt; echo -n ${prompt}; end\nset -g fish_autosuggestion_enabled 0\nset -g fish_greeting\n`,
  )
}

const startCommands: Readonly<Record<TestedShell, (home: string) => string>> = {
  bash: (home) => `exec /usr/bin/bash --noprofile --rcfile ${home}/bashrc -i`,
  zsh: () => 'exec /usr/bin/zsh -i',
  fish: () => 'exec /usr/bin/fish -i',
}
