import { readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type CommandPlan, planCommand } from '@rack-gateway/convox-api/commands'
import type { Context } from '../context.ts'

/** What a convox command would ask of the gateway, as far as it is certain where the person stands. */
export function plannedCommand({ cwd, env }: Pick<Context, 'cwd' | 'env'>, words: readonly string[]): CommandPlan {
  if (hasTwoNames(cwd, env.PWD))
    return { kind: 'unknown', reason: 'the directory has two names, and each names an app' }
  return planCommand(words, {
    appSetting: appSetting(cwd),
    directory: basename(cwd),
    rack: 'chosen',
    // Whether more is read from it changes no refusal: the environment may always stay as it is.
    input: 'stream',
  })
}

function appSetting(cwd: string): string | null {
  try {
    return readFileSync(join(cwd, '.convox', 'app'), 'utf8')
  } catch {
    return null
  }
}

/** Whoever came by a link stands in a directory with another name, and convox may name the app by either. */
function hasTwoNames(cwd: string, shown: string | undefined): boolean {
  if (shown === undefined || basename(shown) === basename(cwd)) return false
  const [here, there] = [cwd, shown].map((path) => statSync(path, { throwIfNoEntry: false }))
  return here !== undefined && here.ino === there?.ino && here.dev === there.dev
}
