import type { WouldBe } from '@rack-gateway/gateway-api'

const numberFormat = new Intl.NumberFormat()

/** Such as `1,234 calls`. */
export function counted(number: number, noun: string): string {
  return `${numberFormat.format(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** What the list of rows does not show. */
export function omissionsOf({ cut, hidden, resolved, unclear, more }: WouldBe): readonly string[] {
  return [
    ...(cut === null
      ? []
      : [
          `Only the newest calls were read, because ${cut.by === 'time' ? 'the time limit' : 'the limit of calls'} was reached.`,
        ]),
    ...(hidden === 0
      ? []
      : [
          `${wasOrWere(hidden)} not decided again, because a secret in the command was hidden from the log. The list has ${hidden === 1 ? 'it' : 'them'} as recorded.`,
        ]),
    ...(resolved === 0
      ? []
      : [`${wasOrWere(resolved)} left out, because the policy in force now allows ${resolved === 1 ? 'it' : 'them'}.`]),
    ...(unclear === 0 ? [] : [`${wasOrWere(unclear)} left out, because the event lacks details.`]),
    ...(more === 0 ? [] : [`${counted(more, 'less frequent row')} ${more === 1 ? 'is' : 'are'} not shown.`]),
  ]
}

function wasOrWere(calls: number): string {
  return `${counted(calls, 'call')} ${calls === 1 ? 'was' : 'were'}`
}
