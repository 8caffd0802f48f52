import { type Bound, boundNumber, defaultLimits, limitSettings, type Resource, resources } from '@rack-gateway/config'
import { code, table } from './table.ts'

/** The generated table of shared resources in configuration.md, from the list that the gateway's account uses. */
export function resourceTable(): string {
  const rows = Object.values<Resource>(resources).map((resource) => [
    nameOf(resource),
    cellOf(resource, resource.process),
    cellOf(resource, resource.principal),
    callersWithoutCredential(resource),
    resource.waiting === null ? '' : cellOf({ ...resource, unit: 'number' }, resource.waiting),
  ])
  const head = ['resource', 'all callers', 'one principal', 'without a valid credential', 'can wait']
  return table(head, rows)
}

function nameOf({ what, remark, perRack }: Resource): string {
  const remarks = [...(perRack ? ['of one rack'] : []), ...(remark === null ? [] : [remark])]
  return remarks.length === 0 ? what : `${what} (${remarks.join('; ')})`
}

function callersWithoutCredential(resource: Resource): string {
  const cells = [
    [resource.network, 'for a network'],
    [resource.site, 'for an IPv6 /56'],
    [resource.networks, 'for all networks'],
  ] as const
  return cells
    .filter(([bound]) => bound !== null)
    .map(([bound, whom]) => `${cellOf(resource, bound)} ${whom}`)
    .join(', ')
}

function cellOf({ unit }: Resource, bound: Bound | null): string {
  if (bound === null) return ''
  const number = boundNumber(bound, defaultLimits)
  const shown = unit === 'bytes' ? `${number / 2 ** 20} MiB` : String(number)
  if ('fixed' in bound) return shown
  const { setting, times = 1 } = bound
  const factor = times === 1 ? '' : times > 1 ? `${times} × ` : `1/${1 / times} of `
  return `${shown} (${factor}${code(limitSettings[setting])})`
}
