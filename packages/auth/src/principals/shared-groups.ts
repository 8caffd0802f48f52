import { estimateBytes, fieldBytes } from './estimate-bytes.ts'
import type { SharedTexts } from './shared-texts.ts'

export type Groups = readonly string[]

export interface SharedGroups {
  /** Returns the list that the user's other sessions share, if it is equal; otherwise a frozen copy. */
  get(user: string, groups: Groups): Groups
  /** @returns the bytes that the session's list adds */
  addSession(user: string, groups: Groups): number
  /** @returns the bytes that the removal frees */
  removeSession(user: string, groups: Groups): number
}

interface SharedList {
  readonly groups: Groups
  sessions: number
}

const noGroups: Groups = Object.freeze([])
/** Bytes of a list without its names, including the map entry. Measured with bench/src/identity.ts. */
const listBytes = 420

/** Keeps one group list per user, and one copy of each name. Users can have thousands of groups and many sessions. */
export function createSharedGroups(texts: SharedTexts): SharedGroups {
  const lists = new Map<string, SharedList>()

  function estimate(groups: Groups): number {
    return groups.reduce((sum, name) => sum + fieldBytes + (texts.has(name) ? 0 : estimateBytes(name)), listBytes)
  }

  return {
    get(user, groups) {
      if (groups.length === 0) return noGroups
      const shared = lists.get(user)?.groups
      return shared !== undefined && isSame(shared, groups) ? shared : Object.freeze(groups.map(texts.share))
    },
    addSession(user, groups) {
      if (groups.length === 0) return 0
      const shared = lists.get(user)
      if (shared !== undefined && shared.groups !== groups) return estimate(groups)
      lists.set(user, { groups, sessions: (shared?.sessions ?? 0) + 1 })
      return shared === undefined ? estimate(groups) : 0
    },
    removeSession(user, groups) {
      if (groups.length === 0) return 0
      const shared = lists.get(user)
      if (shared?.groups !== groups) return estimate(groups)
      shared.sessions--
      if (shared.sessions > 0) return 0
      lists.delete(user)
      return estimate(groups)
    },
  }
}

function isSame(one: Groups, other: Groups): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}
