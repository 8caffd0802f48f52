import { costFloods } from './cost-floods.ts'
import type { Flood } from './flood.ts'
import { memoryFloods } from './memory-floods.ts'
import { streamFloods } from './stream-floods.ts'

/** By the name on the command line. */
export const floods: Readonly<Record<string, Flood>> = { ...streamFloods, ...memoryFloods, ...costFloods }

/** The name of all memory floods and all cost floods together. */
export const everything = 'everything'
const everySeconds = 60

/** What the benchmark measures at once: one flood, or several. */
export interface FloodGroup {
  readonly title: string
  readonly seconds: number
  /** The names of the floods, each of which runs in a process of its own. */
  readonly members: readonly string[]
}

const defaultSeconds = 6

export const groupNames: readonly string[] = [...Object.keys(floods), everything]

/** @param hasNetworks whether loopback has addresses for floods from many networks */
export function floodGroup(name: string, hasNetworks: boolean): FloodGroup | null {
  if (name === everything) {
    const members = Object.entries({ ...memoryFloods, ...costFloods })
      .filter(([, flood]) => hasNetworks || !flood.usesNetworks)
      .map(([member]) => member)
    return { title: `${members.length} floods together for ${everySeconds} s`, seconds: everySeconds, members }
  }
  const flood = floods[name]
  if (flood === undefined) throw new Error(`There is no flood ${name}.`)
  if (flood.usesNetworks && !hasNetworks) return null
  return { title: flood.title, seconds: flood.seconds ?? defaultSeconds, members: [name] }
}
