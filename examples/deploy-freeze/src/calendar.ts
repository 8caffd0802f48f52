/** A time in which nothing is deployed. */
export interface Freeze {
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly until: number
  /** Null: all. */
  readonly racks: readonly string[] | null
}

export interface Calendar {
  readonly freezes: readonly Freeze[]
  /** What a freeze stops. */
  readonly permissions: readonly string[]
  readonly breakGlass: { readonly roles: readonly string[]; readonly minutes: number }
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/

/** @throws with everything that is wrong with it, at the start of the gateway rather than in a freeze */
export function readCalendar(text: string): Calendar {
  const problems: string[] = []
  const { freezes, permissions, breakGlass } = membersOf(JSON.parse(text))
  const { roles, minutes } = membersOf(breakGlass)
  const calendar = {
    freezes: listOf(freezes).map((freeze, index) => readFreeze(freeze, `freezes[${index}]`, problems)),
    permissions: namesOf(permissions ?? ['build:create', 'release:promote'], 'permissions', problems),
    breakGlass: { roles: namesOf(roles ?? [], 'breakGlass.roles', problems), minutes: Number(minutes ?? 30) },
  }
  if (!Array.isArray(freezes)) problems.push('freezes should be a list')
  if (
    !Number.isInteger(calendar.breakGlass.minutes) ||
    calendar.breakGlass.minutes < 1 ||
    calendar.breakGlass.minutes > 1440
  )
    problems.push('breakGlass.minutes should be a whole number from 1 to 1440')
  if (problems.length > 0) throw new Error(`the calendar is not valid: ${problems.join('; ')}`)
  return calendar
}

/** The freeze that is on, or null. */
export function freezeAt({ freezes }: Calendar, rack: string, at: number): Freeze | null {
  return freezes.find(({ from, until, racks }) => from <= at && at < until && (racks?.includes(rack) ?? true)) ?? null
}

function readFreeze(value: unknown, where: string, problems: string[]): Freeze {
  const { name, from, until, racks } = membersOf(value)
  if (typeof name !== 'string' || name === '') problems.push(`${where}.name should say what it is for`)
  const [begin, end] = [readTime(from, `${where}.from`, problems), readTime(until, `${where}.until`, problems)]
  if (begin >= end) problems.push(`${where}.until should be after its from`)
  const names = racks === undefined ? null : namesOf(racks, `${where}.racks`, problems)
  return { name: String(name), from: begin, until: end, racks: names }
}

function readTime(value: unknown, where: string, problems: string[]): number {
  const time = typeof value === 'string' && timePattern.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time)) problems.push(`${where} should be a time with its zone, such as 2030-12-20T16:00:00Z`)
  return time
}

function namesOf(value: unknown, where: string, problems: string[]): readonly string[] {
  const names = listOf(value).filter((name) => typeof name === 'string')
  if (!Array.isArray(value) || names.length !== value.length) problems.push(`${where} should be a list of names`)
  return names
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
