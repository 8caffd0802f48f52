import { hashKey } from '@tanstack/react-query'
import { RackState } from '../rack-answer/rack-state.tsx'
import { useRunningQueries } from './paced-query.ts'
import type { RackCall } from './use-over-racks.ts'

/** The state of calls to several racks. Of the calls to one rack that fail, are slow, or were stopped, only one is shown. */
export function RackStates({ calls }: { readonly calls: readonly RackCall[] }) {
  const running = useRunningQueries()
  const failed = calls.filter(({ error, isPending, isFetching }) => !isFetching && (error !== null || isPending))
  const slow = running.flatMap((hash) => calls.find(({ queryKey }) => hashKey(queryKey) === hash) ?? [])
  const shown = new Map<string, RackCall>()
  for (const call of [...failed, ...slow]) if (!shown.has(call.rack)) shown.set(call.rack, call)
  return [...shown].map(([rack, call]) => (
    <RackState
      key={hashKey(call.queryKey)}
      rack={rack}
      call={{ ...call, refetch: () => failed.map((one) => one.rack === rack && one.refetch()) }}
      queryKey={['rack', rack]}
    />
  ))
}
