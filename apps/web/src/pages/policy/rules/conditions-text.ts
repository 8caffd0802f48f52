import type { PolicyMatrix } from '@rack-gateway/gateway-api'

type Conditions = PolicyMatrix['roles'][number]['conditions']

/** Such as `from 08:00 to 18:00 in Europe/Berlin; on the rack staging*`. All conditions must be met. */
export function conditionsText(conditions: Conditions): string {
  return conditions
    .flatMap(({ time, addresses, racks, apps, callers }) => [
      time
        ?.map(
          ({ days, from, to, zone }) =>
            `from ${from} to ${to} in ${zone}${days === undefined ? '' : ` on ${days.join(', ')}`}`,
        )
        .join(' or '),
      addresses && `from ${addresses.join(', ')}`,
      racks && `on the ${listNames('rack', racks)}`,
      apps && `for the ${listNames('app', apps)}`,
      callers && `for callers of the kind ${callers.join(', ')}`,
    ])
    .filter((text) => text !== undefined)
    .join('; ')
}

/** Such as `rack staging`, or `racks staging, production`. @param noun a noun whose plural ends in `s` */
export function listNames(noun: string, names: readonly string[]): string {
  return `${noun}${names.length === 1 ? '' : 's'} ${names.join(', ')}`
}
