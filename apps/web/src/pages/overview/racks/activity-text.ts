import type { RackActivity } from '@rack-gateway/gateway-api'

type Activity = RackActivity['racks'][number]

/** Such as `128 requests, 3 denied, 2 live`. Says `you` or `of yours` if a number counts only the person's own calls. */
export function activityText({ requests, denied, live }: Omit<Activity, 'name'>): string {
  const isOwn = requests.of === 'caller'
  const ofYours = ({ of }: { readonly of: string }) => (of === 'caller' && !isOwn ? ' of yours' : '')
  return [
    `${isOwn ? 'you: ' : ''}${count(requests.count, 'request')}`,
    `${denied.count === 0 ? 'none' : denied.count.toLocaleString()}${ofYours(denied)} denied`,
    ...(live.count === 0 ? [] : [`${live.count.toLocaleString()}${ofYours(live)} live`]),
  ].join(', ')
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString()} ${number === 1 ? noun : `${noun}s`}`
}

/** The sums of several racks, with the same rule for each number: `caller` if one of the racks counts only own calls. */
export function sumActivity(racks: readonly Activity[]): Omit<Activity, 'name'> {
  const sum = (kind: 'requests' | 'denied' | 'live') => ({
    count: racks.reduce((total, rack) => total + rack[kind].count, 0),
    of: racks.some((rack) => rack[kind].of === 'caller') ? 'caller' : 'everyone',
  })
  return { requests: sum('requests'), denied: sum('denied'), live: sum('live') }
}
