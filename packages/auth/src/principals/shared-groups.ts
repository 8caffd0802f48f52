import { ofField, weightOf } from './estimate-bytes.ts'
import type { SharedTexts } from './shared-texts.ts'

export type Groups = readonly string[]

export interface SharedGroups {
  /** A frozen list like this one: the one that the user's other sessions have, where there is one. */
  like(user: string, groups: Groups): Groups
  /** Counts one more session that has a list. @returns the bytes that this takes */
  hold(user: string, groups: Groups): number
  /** Counts one less. @returns the bytes that are free by it */
  release(user: string, groups: Groups): number
}

interface Held {
  readonly groups: Groups
  sessions: number
}

const none: Groups = Object.freeze([])
/** With its entry here, by what was measured (bench/src/identity.ts). */
const ofList = 420

/** People can be in thousands of groups, and have many sessions: a list is kept once for each user, a name once for all. */
export function createSharedGroups(texts: SharedTexts): SharedGroups {
  const lists = new Map<string, Held>()

  function weight(groups: Groups): number {
    return groups.reduce((sum, name) => sum + ofField + (texts.has(name) ? 0 : weightOf(name)), ofList)
  }

  return {
    like(user, groups) {
      if (groups.length === 0) return none
      const held = lists.get(user)?.groups
      return held !== undefined && isSame(held, groups) ? held : Object.freeze(groups.map(texts.of))
    },
    hold(user, groups) {
      if (groups.length === 0) return 0
      const held = lists.get(user)
      if (held !== undefined && held.groups !== groups) return weight(groups)
      lists.set(user, { groups, sessions: (held?.sessions ?? 0) + 1 })
      return held === undefined ? weight(groups) : 0
    },
    release(user, groups) {
      if (groups.length === 0) return 0
      const held = lists.get(user)
      if (held?.groups !== groups) return weight(groups)
      held.sessions--
      if (held.sessions > 0) return 0
      lists.delete(user)
      return weight(groups)
    },
  }
}

function isSame(one: Groups, other: Groups): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at])
}
