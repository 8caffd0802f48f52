import { accessSync, constants, statSync } from 'node:fs'
import { posix, win32 } from 'node:path'

/** The machine that convox is looked for on. */
export interface ProcessSettings {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** Where the person stands. */
  readonly cwd: string
}

/** What there is under a path. */
export type Look = (path: string, platform: NodeJS.Platform) => 'program' | 'file' | 'nothing'

/** What is run as convox, as it is named: `CONVOX_BIN`, else `convox`. */
export function convoxName(env: NodeJS.ProcessEnv): string {
  return env.CONVOX_BIN || 'convox'
}

/**
 * Where that is, as an absolute path; null where it isn't. A name is looked for in the PATH's absolute directories alone:
 * by the directory where somebody stands, whoever wrote there would choose what runs, which Windows does even when it isn't
 * on the PATH. A path that `CONVOX_BIN` has is the person's own choice.
 */
export function findConvox({ env, platform, cwd }: ProcessSettings, look: Look = lookAt): string | null {
  const name = convoxName(env)
  const paths = platform === 'win32' ? win32 : posix
  const named = isPath(name, platform)
    ? namesOf(paths.resolve(cwd, name), env, platform)
    : directoriesOf(env, platform).flatMap((directory) => namesOf(paths.join(directory, name), env, platform))
  // Where none can be run, what can't be is what the person is told about.
  return (
    named.find((path) => look(path, platform) === 'program') ??
    named.find((path) => look(path, platform) === 'file') ??
    null
  )
}

function isPath(name: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /[\\/:]/.test(name) : name.includes('/')
}

function directoriesOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return (env.PATH ?? '').split(':').filter((directory) => directory.startsWith('/'))
  // A copy of the environment no longer takes `Path` for `PATH`. What begins with a lone \ is on whichever drive is current.
  return (variable(env, 'PATH') ?? '')
    .split(';')
    .map((directory) => directory.replaceAll('"', ''))
    .filter((directory) => /^(?:[a-z]:[\\/]|\\\\)/i.test(directory))
}

/** Windows finds a program by its name without an ending, too. */
function namesOf(path: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return [path]
  const endings = (variable(env, 'PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';').filter((ending) => ending !== '')
  const hasOne = endings.some((ending) => path.toLowerCase().endsWith(ending.toLowerCase()))
  return [...(hasOne ? [path] : []), ...endings.map((ending) => `${path}${ending.toLowerCase()}`)]
}

function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name)
  return key === undefined ? undefined : env[key]
}

function lookAt(path: string, platform: NodeJS.Platform): ReturnType<Look> {
  if (!(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)) return 'nothing'
  try {
    if (platform !== 'win32') accessSync(path, constants.X_OK)
    return 'program'
  } catch {
    return 'file'
  }
}
