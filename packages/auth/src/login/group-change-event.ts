const maxNamed = 20
/** In characters. The audit log would cut a longer text within a name. */
const maxText = 900

/** Event detail of a user's groups: the first of them, and how many there are. */
export function groupDetail(groups: readonly string[]): { readonly groups: string; readonly groupCount: string } {
  return { groups: firstOf(groups), groupCount: String(groups.length) }
}

/** Event detail of a change of groups. If not all groups fit, it also names those that were added and removed. */
export function groupChangeDetail(
  before: readonly string[],
  after: readonly string[],
): Readonly<Record<string, string>> {
  const { groups, groupCount } = groupDetail(after)
  const known = { groups, groupCount, groupsBefore: firstOf(before), groupCountBefore: String(before.length) }
  if (isNamed(before) && isNamed(after)) return known
  const [old, current] = [new Set(before), new Set(after)]
  const [added, removed] = [after.filter((group) => !old.has(group)), before.filter((group) => !current.has(group))]
  return {
    ...known,
    groupsAdded: firstOf(added),
    groupsAddedCount: String(added.length),
    groupsRemoved: firstOf(removed),
    groupsRemovedCount: String(removed.length),
  }
}

function firstOf(groups: readonly string[]): string {
  return named(groups).join(', ')
}

function isNamed(groups: readonly string[]): boolean {
  return named(groups).length === groups.length
}

function named(groups: readonly string[]): readonly string[] {
  let length = 0
  return groups.slice(0, maxNamed).filter((group) => {
    length += group.length + 2
    return length <= maxText
  })
}
