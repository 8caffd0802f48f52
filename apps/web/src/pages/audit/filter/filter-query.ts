import type { RequestOf } from '@rack-gateway/gateway-api'
import { type FilterName, filterNames } from './filter-names.ts'
import type { Filter } from './filter-text.ts'
import { FilterMistake } from './filter-text.ts'
import { readTime, type TimeContext } from './read-time.ts'
import { type Range, rangeStart } from './time-range.ts'

export type AuditQuery = NonNullable<RequestOf<'followAudit'>['query']>

/** The times of the filter take precedence over the range. @throws FilterMistake */
export function toQuery(filter: Filter, range: Range, context: TimeContext): AuditQuery {
  const query: Record<string, string | string[]> = {}
  if (!hasTimes(filter)) {
    const start = rangeStart(range, context.now)
    if (start !== null) query.from = new Date(start).toISOString()
  }
  for (const { name, value, isExcluded } of filter) {
    const { parameter } = filterNames[name]
    if (isExcluded) {
      const notParameter = `not${parameter.charAt(0).toUpperCase()}${parameter.slice(1)}`
      query[notParameter] = [...(query[notParameter] ?? []), value]
    } else query[parameter] = name === 'from' || name === 'to' ? utc(name, value, context) : value
  }
  if (typeof query.from === 'string' && typeof query.to === 'string' && query.from >= query.to)
    throw new FilterMistake('from must be before to.')
  // The API validates the values.
  return query as AuditQuery
}

export function hasTimes(filter: Filter): boolean {
  return filter.some(({ name }) => name === 'from' || name === 'to')
}

function utc(name: FilterName, text: string, context: TimeContext): string {
  const time = readTime(text, context)
  if (time === null)
    throw new FilterMistake(`${name} is not a time. Use 2h, 3d, 2027-01-31, or a time such as 2027-01-31T12:00:00Z.`)
  return new Date(time).toISOString()
}
