/** A period without deploys. */
export interface Freeze {
  readonly name: string
  /** The first moment of the freeze, in milliseconds since the epoch. */
  readonly from: number
  /** The first moment after the freeze, in milliseconds since the epoch. */
  readonly until: number
  /** Null: all racks. */
  readonly racks: readonly string[] | null
}

export interface Calendar {
  readonly freezes: readonly Freeze[]
  /** The permissions that a freeze denies. */
  readonly permissions: readonly string[]
  readonly override: { readonly roles: readonly string[]; readonly minutes: number }
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/

/** @throws with all problems, so that the gateway does not start with an invalid calendar */
export function readCalendar(text: string): Calendar {
  const problems: string[] = []
  const { freezes, permissions, override } = membersOf(JSON.parse(text))
  const { roles, minutes } = membersOf(override)
  const calendar = {
    freezes: listOf(freezes).map((freeze, index) => readFreeze(freeze, `freezes[${index}]`, problems)),
    permissions: namesOf(permissions ?? ['build:create', 'release:promote'], 'permissions', problems),
    override: { roles: namesOf(roles ?? [], 'override.roles', problems), minutes: Number(minutes ?? 30) },
  }
  if (!Array.isArray(freezes)) problems.push('freezes should be a list')
  if (!Number.isInteger(calendar.override.minutes) || calendar.override.minutes < 1 || calendar.override.minutes > 1440)
    problems.push('override.minutes should be a whole number from 1 to 1440')
  if (problems.length > 0) throw new Error(`the calendar is invalid: ${problems.join('; ')}`)
  return calendar
}

export function freezeAt({ freezes }: Calendar, rack: string, at: number): Freeze | null {
  return freezes.find(({ from, until, racks }) => from <= at && at < until && (racks?.includes(rack) ?? true)) ?? null
}

function readFreeze(value: unknown, where: string, problems: string[]): Freeze {
  const { name, from, until, racks } = membersOf(value)
  if (typeof name !== 'string' || name === '') problems.push(`${where}.name should be a text`)
  const [begin, end] = [readTime(from, `${where}.from`, problems), readTime(until, `${where}.until`, problems)]
  if (begin >= end) problems.push(`${where}.until should be after ${where}.from`)
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
