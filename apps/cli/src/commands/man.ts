import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { Usage } from '../errors/errors.ts'
import { exitCodes } from '../errors/exit-codes.ts'
import type { Context } from '../invocation/context.ts'
import { manualPage } from '../package-files/manual-page.ts'

export const command = 'man'
export const describe = 'Show the manual page: all commands, the exit codes, and the environment variables.'
export const details = 'On a terminal, it opens in the program man. Otherwise, the source of the page is printed.'
export const examples = [
  'rack-gateway man',
  'rack-gateway man > ~/.local/share/man/man1/rack-gateway.1     # for: man rack-gateway',
]
export const builder = {} as const satisfies CommandOptions
export const progress = null

export async function handler({ context }: Arguments<typeof builder>): Promise<number> {
  if (context.columns !== null) return openManual(context)
  context.print(manualPage().trimEnd())
  return exitCodes.ok
}

/** Not every `man` reads standard input, so the page goes through a file. */
function openManual({ env, interruption }: Context): number {
  // Ctrl-C is for the pager, and must not end this process before the file is removed.
  interruption()
  const directory = mkdtempSync(join(tmpdir(), 'rack-gateway-man-'))
  try {
    const file = join(directory, 'rack-gateway.1')
    writeFileSync(file, manualPage())
    const { error, status } = spawnSync('man', [file], { stdio: 'inherit', env })
    if (error !== undefined)
      throw new Usage(
        'The program man cannot be started here.',
        'Save the page with "rack-gateway man > rack-gateway.1", or read about one command: rack-gateway help COMMAND.',
      )
    return status ?? exitCodes.interrupted
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
