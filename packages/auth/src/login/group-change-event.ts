const mostNamed = 20
/** Characters; the audit log would cut them in the middle of a name. */
const mostText = 900

/** A person's groups for an event: how many there are, and the first of them. */
export function toldGroups(groups: readonly string[]): { readonly groups: string; readonly groupCount: string } {
  return { groups: firstOf(groups), groupCount: String(groups.length) }
}

/** What has changed about them, for an event: also which have come and gone, where not all of them are named. */
export function toldChange(before: readonly string[], after: readonly string[]): Readonly<Record<string, string>> {
  const { groups, groupCount } = toldGroups(after)
  const known = { groups, groupCount, groupsBefore: firstOf(before), groupCountBefore: String(before.length) }
  if (isNamed(before) && isNamed(after)) return known
  const [old, current] = [new Set(before), new Set(after)]
  const [come, gone] = [after.filter((group) => !old.has(group)), before.filter((group) => !current.has(group))]
  return {
    ...known,
    groupsAdded: firstOf(come),
    groupsAddedCount: String(come.length),
    groupsRemoved: firstOf(gone),
    groupsRemovedCount: String(gone.length),
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
  return groups.slice(0, mostNamed).filter((group) => {
    length += group.length + 2
    return length <= mostText
  })
}
