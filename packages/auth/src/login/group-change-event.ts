const maxNamed = 20
/** In characters. The audit log cuts a text after 1,024 bytes, which could be within a name. */
const maxText = 900

export function groupDetail(groups: readonly string[]): { readonly groups: string; readonly groupCount: string } {
  return { groups: firstNames(groups), groupCount: String(groups.length) }
}

/** If not all groups fit, the detail also names the added and the removed groups. */
export function groupChangeDetail(
  before: readonly string[],
  after: readonly string[],
): Readonly<Record<string, string>> {
  const { groups, groupCount } = groupDetail(after)
  const summary = { groups, groupCount, groupsBefore: firstNames(before), groupCountBefore: String(before.length) }
  if (areAllNamed(before) && areAllNamed(after)) return summary
  const [old, current] = [new Set(before), new Set(after)]
  const [added, removed] = [after.filter((group) => !old.has(group)), before.filter((group) => !current.has(group))]
  return {
    ...summary,
    groupsAdded: firstNames(added),
    groupsAddedCount: String(added.length),
    groupsRemoved: firstNames(removed),
    groupsRemovedCount: String(removed.length),
  }
}

function firstNames(groups: readonly string[]): string {
  return firstGroups(groups).join(', ')
}

function areAllNamed(groups: readonly string[]): boolean {
  return firstGroups(groups).length === groups.length
}

function firstGroups(groups: readonly string[]): readonly string[] {
  let length = 0
  return groups.slice(0, maxNamed).filter((group) => {
    length += group.length + 2
    return length <= maxText
  })
}
