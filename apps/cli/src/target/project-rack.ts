import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BadSetting } from '../errors.ts'

const longest = 64

/**
 * The rack that a project names in `.convox/rack`; empty where it names none. The file is another person's: it may be a link
 * to a device, or to what is secret, so only what can be a name is taken, and nothing else is repeated.
 *
 * @throws BadSetting where it is there and can't be used: the command is meant for some rack, and not for any other
 */
export function projectRack(cwd: string): string {
  const path = join(cwd, '.convox', 'rack')
  let name: string | null
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined || stats.isDirectory()) return ''
    name = stats.isFile() && stats.size <= 4 * longest ? readFileSync(path, 'utf8').trim() : null
  } catch {
    name = null
  }
  if (name !== null && /^\P{Cc}*$/u.test(name) && name.length <= longest) return name
  throw new BadSetting(
    ".convox/rack can't be read, or holds no name of a rack:",
    'Correct it, or name the rack with --rack or GATEWAY_RACK.',
  )
}
